"""examples/node/warehouse.mjs beside a real shop: it picks each order once, goes on from its position after the shop was killed
and after its own restart, and a delivery that is sent twice counts once."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import uuid

from processes import BINARY, CLIENT_SECONDS_MAX, SOURCE, client_command, expect, expect_equal, run

sys.path.insert(0, str(SOURCE / "examples/python"))

from stubs import connect, load  # noqa: E402  The path comes first.

accounts_pb2, accounts_grpc = load("octavo/accounts/v1/accounts")
transactions_pb2, transactions_grpc = load("octavo/transactions/v1/transactions")

READY = re.compile(r"event=ready\b.*\bport=(\d+)")
BOOK = "books/1"
STOCK = 20
BOOKS_CSV = f"""key,title,authors,isbn,language,price_minor,currency,categories,stock
emma,Emma,Jane Austen,9780141439587,en,999,EUR,fiction,{STOCK}
"""


class Shop:
    """A shop that comes back at the same address with the same data."""

    def __init__(self, folder):
        self.folder = folder
        self.port = "0"
        self.start()

    def start(self):
        command = [BINARY / "octavo", f"--data-dir={self.folder}", f"--listen=127.0.0.1:{self.port}",
                   "--marketplace.listen=127.0.0.1:0", "--metrics-listen="]
        self.process = subprocess.Popen(command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if ready := READY.search(line):
                self.port = ready[1]
                break
        expect(self.port != "0", "the shop ended before it was ready")
        # What it says from now on must not fill the pipe.
        self.rest = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)
        self.process.stderr.close()
        self.address = f"127.0.0.1:{self.port}"

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(CLIENT_SECONDS_MAX)
        self.rest.wait(CLIENT_SECONDS_MAX)

    def connect(self):
        """With the rights of the shop's owner."""
        return connect(self.address, run([BINARY / "octavo", "token", f"--data-dir={self.folder}"]).strip())

    def make_api_key(self):
        with self.connect() as channel:
            wanted = accounts_pb2.CreateApiKeyRequest(display_name="Warehouse", scopes=["orders.read", "stock.write"])
            return accounts_grpc.AccountsServiceStub(channel).CreateApiKey(wanted, timeout=CLIENT_SECONDS_MAX).api_key

    def order(self, quantity):
        """Gives the number of an order, "B-1042"."""
        with self.connect() as channel:
            shop = transactions_grpc.TransactionsServiceStub(channel)
            order = {"items": [transactions_pb2.OrderItem(book=BOOK, quantity=quantity)],
                     "buyer": transactions_pb2.Buyer(email="reader@example.org", full_name="A Reader"),
                     "delivery_method": transactions_pb2.DELIVERY_METHOD_COLLECTION}
            total = shop.PreviewOrder(transactions_pb2.PreviewOrderRequest(**order), timeout=CLIENT_SECONDS_MAX).totals.total
            placed = transactions_pb2.PlaceOrderRequest(
                **order, idempotency_key=str(uuid.uuid4()), expected_total=total,
                payment_method=transactions_pb2.PAYMENT_METHOD_ON_COLLECTION)
            return shop.PlaceOrder(placed, timeout=CLIENT_SECONDS_MAX).number


@contextlib.contextmanager
def warehouse(shop, position_file, api_key):
    command = [str(part) for part in client_command("node", "warehouse")]
    with subprocess.Popen([*command, shop.address, position_file], env=os.environ | {"OCTAVO_API_KEY": api_key}, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def deliver(process, line):
    process.stdin.write(line + "\n")
    process.stdin.flush()


def expect_line(process, expected):
    expect_equal(process.stdout.readline(), expected + "\n", "the warehouse's next line")


def expect_end(process):
    process.stdin.close()
    expect_equal(process.stdout.read(), "", "what came after the end")
    expect_equal(process.wait(CLIENT_SECONDS_MAX), 0, "how the warehouse ended")


def test_a_day(shop, position_file):
    api_key = shop.make_api_key()
    with warehouse(shop, position_file, api_key) as process:
        deliver(process, f"d-1 {BOOK} 7")
        expect_line(process, f"received d-1: {STOCK + 7} of {BOOK} on hand")
        expect_line(process, f"pick {shop.order(2)}: 2 of {BOOK} Emma")
        shop.end(signal.SIGKILL)
        shop.start()
        expect_line(process, f"pick {shop.order(3)}: 3 of {BOOK} Emma")
        deliver(process, f"d-1 {BOOK} 7")  # Once more, as after an answer that was lost.
        expect_line(process, f"received d-1: {STOCK + 7 - 5} of {BOOK} on hand")
        expect_end(process)
    missed = shop.order(1)
    with warehouse(shop, position_file, api_key) as process:
        expect_line(process, f"pick {missed}: 1 of {BOOK} Emma")
        expect_end(process)


def main():
    with tempfile.TemporaryDirectory(prefix="octavo-warehouse-") as folder:
        books = pathlib.Path(folder, "books.csv")
        books.write_text(BOOKS_CSV, encoding="utf-8")
        shop = Shop(pathlib.Path(folder, "data"))
        try:
            run([BINARY / "octavo", "import", books, "--source=demo", f"--address={shop.address}", f"--data-dir={shop.folder}"])
            test_a_day(shop, pathlib.Path(folder, "position"))
        finally:
            shop.end(signal.SIGTERM)
        expect_equal(shop.process.returncode, 0, "how the shop ended")


main()
