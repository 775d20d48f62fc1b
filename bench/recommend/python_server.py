#!/usr/bin/python3
"""The published contract the way most examples serve it: Python grpcio, ten threads, books picked at random.

Prints "port N" once it serves; ends when its standard input is closed.
"""

import concurrent.futures
import pathlib
import random
import sys

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "python"))
from stubs import load  # noqa: E402

recommendations_pb2, recommendations_pb2_grpc = load("classic/recommendations")

BOOKS = {
    category: [
        recommendations_pb2.BookRecommendation(id=number, title=f"The Long Title of Book {number}")
        for number in range(category + 1, 10_000, 6)
    ]
    for category in range(3)
}


class Recommendations(recommendations_pb2_grpc.RecommendationsServicer):
    def Recommend(self, request, context):
        if request.category not in BOOKS:
            context.abort(grpc.StatusCode.NOT_FOUND, "there is no such category")
        books = BOOKS[request.category]
        chosen = random.sample(books, min(request.max_results, len(books)))
        return recommendations_pb2.RecommendationResponse(recommendations=chosen)


def main():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=10))
    recommendations_pb2_grpc.add_RecommendationsServicer_to_server(Recommendations(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print("port", port, flush=True)
    sys.stdin.read()
    server.stop(None)


main()
