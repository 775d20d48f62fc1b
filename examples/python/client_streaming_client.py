#!/usr/bin/python3
r"""A client-streaming client: sends each line of standard input as a message and prints how many the server counted.

    printf 'one\ntwo\n' | examples/python/client_streaming_client.py [ADDRESS]
"""

import sys

import grpc

from stubs import load

client_streaming_pb2, client_streaming_pb2_grpc = load("classic/client_streaming")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    with grpc.insecure_channel(address) as channel:
        stub = client_streaming_pb2_grpc.ClientStreamingStub(channel)
        # gRPC takes the messages from an iterator, as fast as the server reads.
        messages = (client_streaming_pb2.Message(message=line.removesuffix("\n")) for line in sys.stdin)
        print(stub.GetServerResponse(messages, timeout=60, wait_for_ready=True).count)


main()
