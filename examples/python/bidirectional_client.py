#!/usr/bin/python3
"""A bidirectional client: sends each line of standard input as it is typed and prints each message as it comes back.

    examples/python/bidirectional_client.py [ADDRESS]      Ends with the input (Ctrl-D).
"""

import sys

import grpc

from stubs import load

bidirectional_pb2, bidirectional_pb2_grpc = load("classic/bidirectional")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    with grpc.insecure_channel(address) as channel:
        stub = bidirectional_pb2_grpc.BidirectionalStub(channel)
        # gRPC reads the iterator on a thread of its own, so sending and receiving go on side by side. No deadline: the
        # user decides how long.
        messages = (bidirectional_pb2.Message(message=line.removesuffix("\n")) for line in sys.stdin)
        for answer in stub.GetServerResponse(messages, wait_for_ready=True):
            print(answer.message, flush=True)


main()
