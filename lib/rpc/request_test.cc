#include "lib/rpc/request.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "octavo/catalog/v1/catalog.pb.h"

namespace octavo::rpc {
namespace {

grpc::ByteBuffer Bytes(const std::string& text, std::size_t pieces = 1) {
  std::vector<grpc::Slice> slices;
  const std::size_t length = text.size() / pieces + 1;
  for (std::size_t at = 0; at < text.size(); at += length) slices.emplace_back(text.substr(at, length));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

TEST(ParseRequestTest, ReadsAMessageInOnePieceOrMany) {
  catalog::v1::CreateBookRequest sent;
  sent.mutable_book()->set_title("Der Hobbit für alle");
  sent.mutable_book()->set_page_count(0x01000000);

  for (const std::size_t pieces : {1, 2, 5}) {
    grpc::ByteBuffer bytes = Bytes(sent.SerializeAsString(), pieces);
    catalog::v1::CreateBookRequest request;
    ASSERT_THAT(ParseRequest(bytes, request), IsOk());
    EXPECT_EQ(request.SerializeAsString(), sent.SerializeAsString());
  }
  grpc::ByteBuffer empty;
  catalog::v1::CreateBookRequest request;
  EXPECT_THAT(ParseRequest(empty, request), IsOk());
}

TEST(ParseRequestTest, WhatIsNoMessageIsTheCallersFault) {
  for (const std::string& text : {std::string("\xff\xff\xff"), std::string("\x0a\x05hi"), std::string("\x0a\x02\xc3\x28")}) {
    grpc::ByteBuffer bytes = Bytes(text);
    catalog::v1::GetBookRequest request;
    EXPECT_THAT(ParseRequest(bytes, request), HasReason("MALFORMED_REQUEST"));
  }
}

TEST(ParseRequestTest, ANulIsRefusedWithThePathOfItsField) {
  const std::string nul("a\0b", 3);
  catalog::v1::CreateBookRequest request;
  const auto path_of = [&] {
    grpc::ByteBuffer bytes = Bytes(request.SerializeAsString());
    catalog::v1::CreateBookRequest received;
    const Status parsed = ParseRequest(bytes, received);
    EXPECT_THAT(parsed, HasReason("INVALID_FIELD"));
    request.Clear();
    return parsed.ok() ? "" : parsed.error().violations.at(0).field;
  };

  request.set_request_id(nul);
  EXPECT_EQ(path_of(), "request_id");
  request.mutable_book()->set_title(nul);
  EXPECT_EQ(path_of(), "book.title");
  request.mutable_book()->add_categories("categories/fantasy");
  request.mutable_book()->add_categories(nul);
  EXPECT_EQ(path_of(), "book.categories[1]");
  request.mutable_book()->add_authors()->set_author(nul);
  EXPECT_EQ(path_of(), "book.authors[0].author");
}

TEST(ListingTest, IsAllOfTheRequestButThePage) {
  catalog::v1::ListBooksRequest request;
  const std::string all = ListingOf(request);
  request.set_page_size(7);
  request.set_page_token("token");
  EXPECT_EQ(ListingOf(request), all);

  request.set_category("categories/fantasy");
  EXPECT_NE(ListingOf(request), all);
  EXPECT_NE(ListingOf(catalog::v1::SearchBooksRequest()), all);
}

}  // namespace
}  // namespace octavo::rpc
