"""One kind of RPC, one client, one server, in any languages: pairing_test.py KIND CLIENT SERVER.

KIND is unary, server_streaming, client_streaming or bidirectional; CLIENT is cpp, python or node; SERVER is cpp
or python (those of examples/) or hello (the shop's own, services/hello)."""

import subprocess
import sys

from processes import BINARY, SOURCE, client_command, expect, expect_equal, run, serving

LINES = ["hi", "", "Grüße, 本 \U0001F4DA", 'a "quoted" word', "x" * 100_000]
TEXT = "".join(line + "\n" for line in LINES)


def server_command(kind, server):
    if server == "hello":
        return [BINARY / "octavo-hello", "--listen=127.0.0.1:0"]
    if server == "python":
        return ["/usr/bin/python3", SOURCE / "examples/python/server.py", "127.0.0.1:0"]
    return [BINARY / f"{kind}_server", "127.0.0.1:0"]


def test_unary(client):
    answers = [f'Hello I am up and running received "{line}" message from you' for line in LINES]
    expect_equal(run(client, TEXT).splitlines(), answers, "the answers")


def test_server_streaming(client):
    expect_equal(run(client, TEXT).split("\n"), LINES + [""], "the lines")
    expect_equal(run(client, "one\r\ntwo"), "one\ntwo\n", "the lines of a text with CRLF and no end")
    expect_equal(run(client, ""), "", "the lines of an empty text")


def test_client_streaming(client):
    expect_equal(run(client, TEXT), f"{len(LINES)}\n", "the count")
    expect_equal(run(client, "\n" * 3000), "3000\n", "the count of many")
    expect_equal(run(client, ""), "0\n", "the count of none")


def test_bidirectional(client):
    # Each message must be back before the next is sent, on a stream that stays open.
    command = [str(part) for part in client]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as conversation:
        try:
            for line in LINES:
                conversation.stdin.write(line.encode() + b"\n")
                conversation.stdin.flush()
                expect_equal(conversation.stdout.readline().decode(), line + "\n", "the message that came back")
            conversation.stdin.close()
            expect_equal(conversation.stdout.read(), b"", "what came after the end")
        except BaseException:
            conversation.kill()
            raise
    expect(conversation.returncode == 0, f"the client ended with {conversation.returncode}")


def main():
    kind, client, server = sys.argv[1:]
    test = globals()["test_" + kind]
    with serving(server_command(kind, server)) as address:
        test(client_command(client, f"{kind}_client") + [address])


main()
