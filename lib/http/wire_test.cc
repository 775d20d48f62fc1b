#include "lib/http/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "lib/http/gzip.h"
#include "lib/testing/fake_clock.h"

namespace octavo::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Gunzip(std::string_view bytes) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

Outgoing Send(const Request& request, Response response) {
  return ToWire(request, std::move(response), WireOptions{}, FakeClock::kNoon);
}

TEST(HttpDateTest, IsInTheOneFormatThatMustBeSent) {
  EXPECT_EQ(HttpDate(FakeClock::kNoon), "Mon, 05 Jan 2026 12:00:00 GMT");
  EXPECT_EQ(HttpDate(Timestamp{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ToWireTest, WritesHeadAndBody) {
  const Outgoing out = Send({}, PlainText(200, "hello"));

  EXPECT_EQ(out.head,
            "HTTP/1.1 200 OK\r\nDate: Mon, 05 Jan 2026 12:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Vary: Accept-Encoding\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(out.body(), "hello");
}

TEST(ToWireTest, LeavesOutAHeaderThatWouldWriteAnother) {
  Response response = PlainText(200, "");
  response.headers.Add("Location", "/x\r\nSet-Cookie: a=b");
  response.headers.Add("X-Good", "yes");

  const Outgoing out = Send({}, std::move(response));

  EXPECT_THAT(out.head, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(out.head, HasSubstr("X-Good: yes"));
}

TEST(ToWireTest, AnswersHeadWithTheHeadOfGet) {
  const Outgoing get = Send({}, PlainText(200, "hello"));
  const Outgoing head = Send({.method = Method::kHead}, PlainText(200, "hello"));

  EXPECT_EQ(head.head, get.head);
  EXPECT_EQ(head.body(), "");
}

TEST(ToWireTest, AnswersAKnownEtagWith304) {
  Response response = PlainText(200, "hello");
  response.etag = "abc";
  Request request;
  request.headers.Add("If-None-Match", "\"x\", W/\"abc\"");

  const Outgoing out = Send(request, response);

  EXPECT_EQ(out.status, 304);
  EXPECT_EQ(out.body(), "");
  EXPECT_THAT(out.head, HasSubstr("ETag: W/\"abc\""));
  EXPECT_THAT(out.head, Not(HasSubstr("Content-Length")));
}

TEST(NamesEtagTest, ComparesWeakly) {
  const struct {
    std::string header;
    bool names;
  } cases[] = {{"\"abc\"", true}, {"W/\"abc\"", true}, {"*", true},    {"\"x\" , \"abc\"", true},
               {"", false},       {"\"ab\"", false},   {"abc", false}, {"\"abcd\"", false},
               {"\"", false},     {"W/", false}};
  for (const auto& c : cases) EXPECT_EQ(NamesEtag(c.header, "abc"), c.names) << c.header;
}

TEST(ToWireTest, CompressesTextThatIsWorthItForReadersWhoTakeIt) {
  const std::string page(5000, 'x');
  Request request;
  request.headers.Add("Accept-Encoding", "br, gzip;q=0.8");

  const Outgoing out = Send(request, PlainText(200, page));

  EXPECT_THAT(out.head, HasSubstr("Content-Encoding: gzip"));
  EXPECT_LT(out.body().size(), 200U);
  EXPECT_EQ(Gunzip(out.body()), page);
  EXPECT_EQ(Send({}, PlainText(200, page)).body(), page);
  EXPECT_EQ(Send(request, PlainText(200, "short")).body(), "short");
}

TEST(ToWireTest, DoesNotCompressAPageThatHoldsASecret) {
  Request request;
  request.headers.Add("Accept-Encoding", "gzip");
  Response response = PlainText(200, std::string(5000, 'x'));
  response.holds_secret = true;

  const Outgoing out = Send(request, response);

  EXPECT_THAT(out.head, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(out.body().size(), 5000U);
}

TEST(ToWireTest, SendsAPreparedBodyWithoutCopyingIt) {
  const auto prepared = std::make_shared<const PreparedBody>(PreparedBody{.plain = "plain", .gzip = "zipped"});
  Response response;
  response.prepared = prepared;
  Request request;
  request.headers.Add("Accept-Encoding", "gzip");

  EXPECT_EQ(Send(request, response).body().data(), prepared->gzip.data());
  EXPECT_EQ(Send({}, response).body().data(), prepared->plain.data());
}

TEST(AcceptsGzipTest, ReadsWeights) {
  const struct {
    std::string header;
    bool accepts;
  } cases[] = {{"gzip", true},         {"GZIP", true}, {"deflate, gzip", true}, {"gzip;q=0", false},    {"gzip; q=0.000", false},
               {"gzip;q=0.001", true}, {"*", true},    {"*;q=0", false},        {"gzip;q=0, *", false}, {"", false},
               {"identity", false},    {"br", false}};
  for (const auto& c : cases) EXPECT_EQ(AcceptsGzip(c.header), c.accepts) << c.header;
}

TEST(EventTextTest, KeepsDataWithinItsEvent) {
  EXPECT_EQ(EventText("stock", "3"), "event: stock\ndata: 3\n\n");
  EXPECT_EQ(EventText("", "a\nb\r\nc"), "data: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(EventText("x\nevent: y", "1"), "data: 1\n\n");
}

}  // namespace
}  // namespace octavo::http
