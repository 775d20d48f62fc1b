#!/usr/bin/python3
"""A client of the published Recommendations contract: prints the books that the shop recommends to a reader.

    examples/python/recommendations_client.py [ADDRESS [USER_ID [CATEGORY [MAX_RESULTS]]]]

CATEGORY is FICTION, ROMANCE or SELF_HELP.
"""

import sys

import grpc

from stubs import load

recommendations_pb2, recommendations_pb2_grpc = load("classic/recommendations")


def main():
    defaults = ["127.0.0.1:50051", "1", "FICTION", "5"]
    address, user_id, category, max_results = sys.argv[1:] + defaults[len(sys.argv) - 1:]
    request = recommendations_pb2.RecommendationRequest(
        user_id=int(user_id), category=recommendations_pb2.BookCategory.Value(category),
        max_results=int(max_results))
    with grpc.insecure_channel(address) as channel:
        stub = recommendations_pb2_grpc.RecommendationsStub(channel)
        try:
            response = stub.Recommend(request, timeout=10, wait_for_ready=True)
        except grpc.RpcError as error:
            sys.exit(f"{error.code().name}: {error.details()}")
    for book in response.recommendations:
        print(f"{book.id}\t{book.title}")


main()
