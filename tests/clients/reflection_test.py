"""Whoever knows nothing but the shop's address can find and call all of it: a generic client asks reflection what there is and
calls every method of the contracts, each of which answers, or refuses with a reason."""

import re

from processes import SHOP, SOURCE, expect_equal, run, serving

# Served by gRPC itself.
OF_GRPC = {"grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch",
           "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"}


def methods_of(path):
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
    for service, body in re.findall(r"service (\w+) \{(.*?)^\}|\Z", text + "\n}", re.DOTALL | re.MULTILINE):
        for method in re.findall(r"rpc (\w+)", body):
            yield f"{package[1] + '.' if package else ''}{service}/{method}"


def main():
    contracts = [*SOURCE.glob("proto/octavo/*/v1/*.proto"), *SOURCE.glob("proto/classic/*.proto")]
    expected = {method for path in contracts for method in methods_of(path)} | OF_GRPC
    with serving(SHOP) as address:
        answers = run(["node", SOURCE / "tests/clients/reflection.mjs", address])
    called = {line.split(" ", 1)[0] for line in answers.splitlines()}
    expect_equal(sorted(called), sorted(expected), "the methods that reflection knows and that were called")


main()
