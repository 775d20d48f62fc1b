#!/usr/bin/python3
"""A tour of the shop's newer contracts: its categories, a search, and what it recommends to a reader.

    examples/python/bookshop_client.py [ADDRESS [QUERY [READER]]]      As in: 127.0.0.1:50051 earthsea readers/1
"""

import sys

from stubs import connect, load

catalog_pb2, catalog_pb2_grpc = load("octavo/catalog/v1/catalog")
recommendations_pb2, recommendations_pb2_grpc = load("octavo/recommendations/v1/recommendations")


def print_categories(catalog):
    response = catalog.ListCategories(catalog_pb2.ListCategoriesRequest(), timeout=10, wait_for_ready=True)
    for category in response.categories:
        print(f"{category.name}\t{category.display_name}\t{category.book_count}")


def print_search(catalog, query):
    request = catalog_pb2.SearchBooksRequest(query=query, page_size=5)
    for book in catalog.SearchBooks(request, timeout=10).books:
        authors = ", ".join(author.display_name for author in book.authors)
        print(f"{book.name}\t{book.title}\t{authors}")


def print_recommendations(recommendations, reader):
    request = recommendations_pb2.RecommendRequest(reader=reader, max_results=5)
    for recommendation in recommendations.Recommend(request, timeout=10).recommendations:
        print(f"{recommendation.book}\t{recommendation.title}")


def main():
    address, query, reader = sys.argv[1:] + ["127.0.0.1:50051", "earthsea", "readers/1"][len(sys.argv) - 1:]
    # One channel carries calls to every service of the shop.
    with connect(address) as channel:
        catalog = catalog_pb2_grpc.CatalogServiceStub(channel)
        recommendations = recommendations_pb2_grpc.RecommendationsServiceStub(channel)
        print("# categories")
        print_categories(catalog)
        print("# search")
        print_search(catalog, query)
        print("# recommendations")
        print_recommendations(recommendations, reader)


main()
