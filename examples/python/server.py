#!/usr/bin/python3
"""The four small contracts served from Python: any client written for the shop's servers works with this one.

    examples/python/server.py [ADDRESS]      ADDRESS is 127.0.0.1:50051 unless given; port 0 lets the system choose.
"""

import signal
import sys
from concurrent import futures

import grpc

from stubs import load

unary_pb2, unary_pb2_grpc = load("classic/unary")
bidirectional_pb2, bidirectional_pb2_grpc = load("classic/bidirectional")
server_streaming_pb2, server_streaming_pb2_grpc = load("classic/server_streaming")
client_streaming_pb2, client_streaming_pb2_grpc = load("classic/client_streaming")


class Unary(unary_pb2_grpc.UnaryServicer):
    def GetServerResponse(self, request, context):
        text = f'Hello I am up and running received "{request.message}" message from you'
        return unary_pb2.MessageResponse(message=text, received=True)


class Bidirectional(bidirectional_pb2_grpc.BidirectionalServicer):
    def GetServerResponse(self, request_iterator, context):
        yield from request_iterator  # Each message goes back as it arrives.


class ServerStreaming(server_streaming_pb2_grpc.ServerStreamingServicer):
    def GetServerResponse(self, request, context):
        lines = request.message.split("\n")
        last = lines.pop()  # What stands behind the last line end: a line too, unless it is empty.
        for line in lines:
            yield server_streaming_pb2.Message(message=line.removesuffix("\r"))
        if last:
            yield server_streaming_pb2.Message(message=last)


class ClientStreaming(client_streaming_pb2_grpc.ClientStreamingServicer):
    def GetServerResponse(self, request_iterator, context):
        return client_streaming_pb2.MessageCount(count=sum(1 for _ in request_iterator))


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    # One thread for each call under way, streams included: that is how grpcio works, and why the shop's servers do not.
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=10), options=[("grpc.so_reuseport", 0)])
    unary_pb2_grpc.add_UnaryServicer_to_server(Unary(), server)
    bidirectional_pb2_grpc.add_BidirectionalServicer_to_server(Bidirectional(), server)
    server_streaming_pb2_grpc.add_ServerStreamingServicer_to_server(ServerStreaming(), server)
    client_streaming_pb2_grpc.add_ClientStreamingServicer_to_server(ClientStreaming(), server)
    port = server.add_insecure_port(address)
    if port == 0:
        sys.exit(f"cannot listen on {address}")
    server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)

    # The signals are taken here, not by a handler that could run anywhere.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.stop(grace=1).wait()


main()
