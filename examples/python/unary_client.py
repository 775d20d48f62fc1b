#!/usr/bin/python3
"""A unary client: sends each line of standard input as a call of its own and prints the answer.

    echo hi | examples/python/unary_client.py [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given.
"""

import sys

import grpc

from stubs import load

unary_pb2, unary_pb2_grpc = load("classic/unary")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    with grpc.insecure_channel(address) as channel:
        stub = unary_pb2_grpc.UnaryStub(channel)
        for line in sys.stdin:
            request = unary_pb2.Message(message=line.removesuffix("\n"))
            # Every call should have a deadline, or a server that hangs hangs its clients too.
            response = stub.GetServerResponse(request, timeout=10, wait_for_ready=True)
            print(response.message, flush=True)


main()
