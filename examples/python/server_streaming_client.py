#!/usr/bin/python3
r"""A server-streaming client: sends standard input as one text and prints each message of the answer as it comes.

    printf 'one\ntwo\n' | examples/python/server_streaming_client.py [ADDRESS]
"""

import sys

import grpc

from stubs import load

server_streaming_pb2, server_streaming_pb2_grpc = load("classic/server_streaming")


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    with grpc.insecure_channel(address) as channel:
        stub = server_streaming_pb2_grpc.ServerStreamingStub(channel)
        request = server_streaming_pb2.Message(message=sys.stdin.buffer.read().decode())
        # The answer is an iterator; it raises grpc.RpcError when the call fails.
        for line in stub.GetServerResponse(request, timeout=60, wait_for_ready=True):
            print(line.message, flush=True)


main()
