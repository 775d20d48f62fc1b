"""The shop over TLS, by certificates of `octavo certs`: who gets in, as whom, and certificates that change while the shop is
called."""

import pathlib
import subprocess
import sys
import tempfile
import time

import grpc

from processes import BINARY, SHOP, SOURCE, expect, expect_equal, run, serving

sys.path.insert(0, str(SOURCE / "examples/python"))
from stubs import load  # noqa: E402  The path comes first.

catalog_pb2, catalog_grpc = load("octavo/catalog/v1/catalog")
inventory_pb2, inventory_grpc = load("octavo/inventory/v1/inventory")
transactions_pb2, transactions_grpc = load("octavo/transactions/v1/transactions")

RENEWALS = 20
SECONDS_MAX = 20
SERVICES = ["accounts", "cart", "catalog", "hello", "inventory", "marketplace", "payments", "promotions", "recommendations",
            "transactions"]


def certs(folder, *arguments):
    return run([BINARY / "octavo", "certs", f"--folder={folder}", *arguments])


def channel(address, folder, service):
    """To the shop, as whoever has the service's certificate."""
    both = (folder / f"{service}.pem").read_bytes()
    return grpc.secure_channel(address, grpc.ssl_channel_credentials((folder / "authority.pem").read_bytes(), both, both))


def code_of(call):
    try:
        call()
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


def test_a_certificate_says_who_calls(address, folder):
    known = inventory_pb2.GetReservationRequest(name="reservations/none")
    codes = {}
    for service in ("transactions", "marketplace", "catalog"):
        with channel(address, folder, service) as opened:
            codes[service] = code_of(
                lambda opened=opened: inventory_grpc.InventoryServiceStub(opened).GetReservation(known, timeout=SECONDS_MAX))
    expect_equal(codes, {"transactions": "NOT_FOUND", "marketplace": "PERMISSION_DENIED", "catalog": "PERMISSION_DENIED"},
                 "who may look at reservations")
    with channel(address, folder, "marketplace") as opened:
        stub = transactions_grpc.TransactionsServiceStub(opened)
        refund = transactions_pb2.RefundOrderRequest(name="orders/0198f0a2-0000-7000-8000-000000000001")
        code = code_of(lambda: stub.RefundOrder(refund, timeout=SECONDS_MAX))
        expect_equal(code, "PERMISSION_DENIED", "what the marketplace hears that refunds")
    with grpc.insecure_channel(address) as opened:
        stub = catalog_grpc.CatalogServiceStub(opened)
        code = code_of(lambda: stub.ListCategories(catalog_pb2.ListCategoriesRequest(), timeout=SECONDS_MAX))
        expect_equal(code, "UNAVAILABLE", "what somebody without a certificate hears")


def test_certificates_change_while_the_shop_is_called(address, folder):
    """New connections all the time, and a new certificate of the shop each time it has been read."""
    codes = {}
    calls = 0
    for _ in range(RENEWALS):
        certs(folder, "issue", "shop", "catalog")
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            with channel(address, folder, "catalog") as opened:
                stub = catalog_grpc.CatalogServiceStub(opened)
                code = code_of(lambda stub=stub: stub.ListCategories(catalog_pb2.ListCategoriesRequest(), timeout=SECONDS_MAX))
            codes[code] = codes.get(code, 0) + 1
            calls += 1
    print(f"{calls} connections over {RENEWALS} certificates: {codes}")
    expect_equal(list(codes), ["OK"], "how calls end while certificates change")


def test_the_new_certificate_is_the_one_that_is_shown(address, folder):
    host, port = address.split(":")
    certs(folder, "issue", "shop")
    newest = run(["openssl", "x509", "-in", folder / "shop.pem", "-noout", "-serial"])
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        shown = subprocess.run(["openssl", "s_client", "-connect", f"{host}:{port}", "-alpn", "h2"], check=False, input="",
                               capture_output=True, text=True).stdout
        if run(["openssl", "x509", "-noout", "-serial"], stdin=shown) == newest:
            return
    expect(False, "the shop goes on showing its older certificate")


def main():
    with tempfile.TemporaryDirectory(prefix="octavo-certs-") as temporary:
        folder = pathlib.Path(temporary) / "certs"
        certs(folder, "init")
        again = run([BINARY / "octavo", "certs", f"--folder={folder}", "init"], status=1)
        expect("is there already" in again, f"who makes a second authority hears {again}")
        certs(folder, "issue", *SERVICES, "shop")
        options = [f"--tls-certificate={folder}/shop.pem", f"--tls-key={folder}/shop.pem",
                   f"--tls-authority={folder}/authority.pem"]
        with serving([*SHOP, *options]) as address:
            test_a_certificate_says_who_calls(address, folder)
            test_certificates_change_while_the_shop_is_called(address, folder)
            test_the_new_certificate_is_the_one_that_is_shown(address, folder)


main()
