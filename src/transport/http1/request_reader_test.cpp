// Literal bytes in, a request or a refusal out. Every case also runs byte by byte.
#include "transport/http1/request_reader.hpp"

#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using Phase = RequestReader::Phase;

Config small_config() {
  Config config;
  config.max_target = ByteCount{128};
  config.max_header_bytes = ByteCount{1024};
  config.max_headers = 8;
  config.max_chunk_overhead = ByteCount{16};
  return config;
}

struct Read {
  Phase phase{};
  int status = 0;
  std::string detail;
  std::string limit;
  std::string body;
  std::size_t taken = 0;
  RequestHead head;
};

enum class Body { take, ignore };

Read read(const std::string& bytes, std::size_t step, const Config& config = small_config(),
          ByteCount max_body = ByteCount{64}, Body body = Body::take) {
  RequestReader reader(config);
  Read result;
  while (result.taken < bytes.size()) {
    const std::size_t taken = reader.push(std::string_view(bytes).substr(result.taken, step));
    result.taken += taken;
    if (reader.phase() == Phase::held && body == Body::take) reader.accept_body(max_body);
    if (reader.phase() == Phase::held && body == Body::ignore) reader.ignore_body();
    if (taken == 0) break;
  }
  result.phase = reader.phase();
  if (reader.phase() == Phase::refused) {
    result.status = reader.refusal().status;
    result.detail = reader.refusal().error.detail;
    result.limit = reader.refusal().error.limit;
  }
  if (reader.has_head()) result.head = reader.head();
  result.body = reader.body();
  return result;
}

TEST(RequestReader, ReadsAGet) {
  const std::string bytes =
      "GET /a/b?x=1 HTTP/1.1\r\nHost: Example.com:80\r\nX-Thing:  a b \t\r\nx-thing: c\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, bytes.size()}) {
    const Read got = read(bytes, step);
    ASSERT_EQ(got.phase, Phase::done) << got.detail;
    EXPECT_EQ(got.taken, bytes.size());
    EXPECT_EQ(got.head.method, "GET");
    EXPECT_EQ(got.head.target.path, "/a/b");
    EXPECT_EQ(got.head.host, "example.com");
    EXPECT_TRUE(got.head.keep_alive);
    ASSERT_EQ(got.head.headers.size(), 3u);
    EXPECT_EQ(got.head.headers[0].name, "host");
    EXPECT_EQ(got.head.headers[1].value, "a b");
    EXPECT_EQ(got.head.headers[2].value, "c");
  }
}

TEST(RequestReader, ReadsABodyOfKnownLengthAndNotAByteMore) {
  const std::string bytes = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /";
  for (const std::size_t step : {std::size_t{1}, bytes.size()}) {
    const Read got = read(bytes, step);
    ASSERT_EQ(got.phase, Phase::done) << got.detail;
    EXPECT_EQ(got.body, "hello");
    EXPECT_EQ(got.taken, bytes.size() - 5);
  }
}

TEST(RequestReader, ReadsAChunkedBodyAndDropsExtensionsAndTrailers) {
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n1;a=\"b\"\r\n,\r\n006\r\n world\r\n0\r\nX-Tail: 1\r\n\r\nGET /";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const Read got = read(bytes, step);
    ASSERT_EQ(got.phase, Phase::done) << got.detail;
    EXPECT_EQ(got.body, "hello, world");
    EXPECT_EQ(got.taken, bytes.size() - 5);
    EXPECT_EQ(got.head.headers.size(), 2u);
  }
}

TEST(RequestReader, TakesTheAbsoluteFormWithItsHost) {
  const Read got = read("GET http://Example.com/x HTTP/1.1\r\nHost: example.COM\r\n\r\n", 1);
  ASSERT_EQ(got.phase, Phase::done) << got.detail;
  EXPECT_EQ(got.head.target.path, "/x");
}

TEST(RequestReader, AcceptsTwoEmptyLinesBeforeTheRequest) {
  EXPECT_EQ(read("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 1).phase, Phase::done);
  EXPECT_EQ(read("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 1).status, 400);
}

TEST(RequestReader, KnowsWhetherTheConnectionGoesOn) {
  const auto keeps = [](const std::string& rest) {
    return read("GET / HTTP/" + rest + "\r\n\r\n", 1).head.keep_alive;
  };
  EXPECT_TRUE(keeps("1.1\r\nHost: a"));
  EXPECT_FALSE(keeps("1.1\r\nHost: a\r\nConnection: foo, Close"));
  EXPECT_FALSE(keeps("1.0"));
  EXPECT_TRUE(keeps("1.0\r\nConnection: keep-alive"));
}

TEST(RequestReader, SaysWhichExpectationsItMeets) {
  EXPECT_TRUE(read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n", 1)
                  .head.expects_continue);
  EXPECT_FALSE(read("POST / HTTP/1.0\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", 1).head.expects_continue);
}

struct Bad {
  const char* name;
  std::string bytes;
  int status;
  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }
};

class BadRequest : public testing::TestWithParam<Bad> {};

TEST_P(BadRequest, IsRefusedWithItsStatusWhateverTheCuts) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, GetParam().bytes.size()}) {
    const Read got = read(GetParam().bytes, step);
    ASSERT_EQ(got.phase, Phase::refused);
    EXPECT_EQ(got.status, GetParam().status) << got.detail;
    EXPECT_FALSE(got.detail.empty());
  }
}

std::string with(const std::string& headers) {
  return "POST /a HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return with("Transfer-Encoding: chunked") + body;
}
std::string line(const std::string& text) {
  return text + "\r\nHost: a\r\n\r\n";
}
std::string headers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("X-{}: 1\r\n", i);
  return text;
}

const Bad kBad[] = {
    // Smuggling: what two servers might read differently
    {"TwoEqualContentLengths", with("Content-Length: 1\r\nContent-Length: 1") + "x", 400},
    {"TwoContentLengths", with("Content-Length: 1\r\nContent-Length: 2") + "x", 400},
    {"AListOfContentLengths", with("Content-Length: 1, 1") + "x", 400},
    {"ASignedContentLength", with("Content-Length: +1") + "x", 400},
    {"AHexContentLength", with("Content-Length: 0x1") + "x", 400},
    {"ANegativeContentLength", with("Content-Length: -1"), 400},
    {"AnEmptyContentLength", with("Content-Length:"), 400},
    {"AContentLengthBeyond64Bits", with("Content-Length: 18446744073709551616"), 400},
    {"LengthAndEncoding", with("Content-Length: 1\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", 400},
    {"EncodingAndLength", with("Transfer-Encoding: chunked\r\nContent-Length: 1") + "0\r\n\r\n", 400},
    {"AnotherEncoding", with("Transfer-Encoding: gzip"), 501},
    {"EncodingsWithChunkedLast", with("Transfer-Encoding: gzip, chunked"), 501},
    {"EncodingsWithChunkedFirst", with("Transfer-Encoding: chunked, identity"), 501},
    {"AnAlmostChunkedEncoding", with("Transfer-Encoding: xchunked"), 501},
    {"ChunkedTwice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", 400},
    {"EncodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"ASpaceBeforeTheColon", with("Content-Length : 1") + "x", 400},
    {"AFoldedHeader", with("X-A: b\r\n c"), 400},
    {"AFoldedHeaderWithATab", with("X-A: b\r\n\tc"), 400},
    {"ALeadingSpaceLine", line("GET / HTTP/1.1\r\n X: y"), 400},
    // Host
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"AnEmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"AHostWithAPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"AHostWithAUser", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"AHostWithABadPort", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400},
    {"AnotherHostInTheTarget", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    // Single-valued fields that appear twice
    {"TwoTokens", with("Authorization: Bearer a\r\nAuthorization: Bearer b"), 400},
    {"TwoContentTypes", with("Content-Type: application/json\r\ncontent-type: text/plain"), 400},
    {"TwoOrigins", with("Origin: https://a\r\nOrigin: https://b"), 400},
    {"TwoPositions", with("Last-Event-ID: 1-1\r\nLast-Event-ID: 1-2"), 400},
    {"TwoIdempotencyKeys", with("Idempotency-Key: a\r\nIdempotency-Key: b"), 400},
    {"TwoValuesOfAParameter", line("GET /?sessionId=a&x=1&sessionId=b HTTP/1.1"), 400},
    // Line ends and characters
    {"ABareLineFeed", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"ABareLineFeedAfterAHeader", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
    {"ABareCarriageReturn", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", 400},
    {"ANulInAValue", with(std::string("X-A: b\0c", 8)), 400},
    {"AControlCharacterInAValue", with("X-A: b\x01"), 400},
    {"ADeleteInAValue", with("X-A: b\x7f"), 400},
    {"AnEscapeInAName", with("X\x1b: b"), 400},
    {"AHeaderWithoutAColon", with("X-A"), 400},
    {"AHeaderWithoutAName", with(": b"), 400},
    {"ABadCharacterInAName", with("X(A): b"), 400},
    {"ATlsHandshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
    // Request line
    {"NoVersion", line("GET /"), 400},
    {"NoTarget", line("GET HTTP/1.1"), 400},
    {"TwoSpaces", line("GET  / HTTP/1.1"), 400},
    {"ATrailingSpace", line("GET / HTTP/1.1 "), 400},
    {"ATabAsSpace", line("GET\t/ HTTP/1.1"), 400},
    {"AnOddMethod", line("G(T / HTTP/1.1"), 400},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"Http12", line("GET / HTTP/1.2"), 505},
    {"Http09", line("GET / HTTP/0.9"), 505},
    {"NoHttp", line("GET / HTTX/1.1"), 400},
    {"AnAsterisk", line("OPTIONS * HTTP/1.1"), 400},
    {"AnAuthority", line("CONNECT a:443 HTTP/1.1"), 400},
    {"ABadEscape", line("GET /%zz HTTP/1.1"), 400},
    {"AnEscapedNul", line("GET /%00 HTTP/1.1"), 400},
    {"ADotSegment", line("GET /a/../b HTTP/1.1"), 400},
    {"HighBytesInTheTarget", line("GET /\xc3\xa9 HTTP/1.1"), 400},
    {"AnotherExpectation", with("Expect: tea\r\nContent-Length: 1"), 417},
    {"ABadConnectionHeader", with("Connection: ,,@@"), 400},
    // Sizes
    {"ALongTarget", line("GET /" + std::string(128, 'a') + " HTTP/1.1"), 414},
    {"AnEndlessRequestLine", std::string(1000, 'a'), 414},
    {"TooManyHeaders", with(headers(8)), 431},
    {"ALongHeader", with("X: " + std::string(1024, 'a')), 431},
    {"AnEndlessHeader", "GET / HTTP/1.1\r\nX: " + std::string(5000, 'a'), 431},
    {"ABodyLongerThanTheLimit", with("Content-Length: 65"), 413},
    {"AnEnormousBody", with("Content-Length: 18446744073709551615"), 413},
    {"AChunkLongerThanTheLimit", chunked("41\r\n"), 413},
    {"ChunksLongerThanTheLimit", chunked("40\r\n" + std::string(64, 'x') + "\r\n1\r\n"), 413},
    {"AChunkOf64Bits", chunked("ffffffffffffffff\r\n"), 413},
    {"ALongExtension", chunked("1;" + std::string(17, 'x') + "\r\nx\r\n"), 431},
    {"LongTrailers", chunked("0\r\nA: 12345\r\nB: 1234567\r\n\r\n"), 431},
    // Chunks
    {"AChunkWithoutASize", chunked("\r\n"), 400},
    {"AChunkWithANegativeSize", chunked("-1\r\n"), 400},
    {"AChunkWithA0x", chunked("0x1\r\nx\r\n"), 400},
    {"AChunkSizeOf17Digits", chunked("00000000000000001\r\nx\r\n"), 400},
    {"ASpaceAfterTheSize", chunked("1 \r\nx\r\n"), 400},
    {"ABareLineFeedAfterTheSize", chunked("1\nx\r\n"), 400},
    {"AChunkThatIsTooShort", chunked("2\r\nx\r\n"), 400},
    {"AChunkThatIsTooLong", chunked("1\r\nxy\r\n"), 400},
    {"AControlCharacterInAnExtension", chunked("1;\x01\r\nx\r\n"), 400},
    {"ABareLineFeedInAnExtension", chunked("1;a\nb\r\nx\r\n"), 400},
    {"ABareLineFeedInATrailer", chunked("0\r\nA: b\n\r\n"), 400},
    {"ABareCarriageReturnAtTheEnd", chunked("0\r\n\rx"), 400},
};

INSTANTIATE_TEST_SUITE_P(All, BadRequest, testing::ValuesIn(kBad),
                         [](const auto& bad) { return bad.param.name; });

TEST(RequestReader, RefusesABodyWhereNoneIsTaken) {
  const Read got = read(with("Content-Length: 1") + "x", 1, small_config(), ByteCount{0});
  EXPECT_EQ(got.status, 413);
  EXPECT_EQ(read(chunked("1\r\nx\r\n0\r\n\r\n"), 1, small_config(), ByteCount{0}).status, 413);
  EXPECT_EQ(read(with("Content-Length: 0"), 1, small_config(), ByteCount{0}).phase, Phase::done);
  EXPECT_EQ(read(chunked("0\r\n\r\n"), 1, small_config(), ByteCount{0}).phase, Phase::done);
}

TEST(RequestReader, X13_a_body_that_means_nothing_is_read_and_dropped_and_not_a_byte_more) {
  Config config = small_config();
  config.max_ignored_body = ByteCount{8};
  const std::string next = "GET /next";
  for (const std::string& head :
       {std::string("Content-Length: 2\r\n\r\n{}"), std::string("Content-Length: 8\r\n\r\n{\"a\": 1}"),
        std::string("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        std::string("Content-Length: 0\r\n\r\n"), std::string("\r\n")}) {
    const std::string bytes = "DELETE /a HTTP/1.1\r\nHost: a\r\n" + head + next;
    for (const std::size_t step : {std::size_t{1}, bytes.size()}) {
      const Read got = read(bytes, step, config, ByteCount{0}, Body::ignore);
      EXPECT_EQ(got.phase, Phase::done) << head << got.detail;
      EXPECT_EQ(got.body, "");
      EXPECT_EQ(got.taken, bytes.size() - next.size()) << head;
    }
  }
}

TEST(RequestReader, X13_a_body_that_means_nothing_is_still_bounded) {
  Config config = small_config();
  config.max_ignored_body = ByteCount{8};
  for (const std::string& bytes :
       {with("Content-Length: 9"), chunked("5\r\nhello\r\n4\r\n"), chunked("9\r\n")}) {
    const Read got = read(bytes, 1, config, ByteCount{0}, Body::ignore);
    EXPECT_EQ(got.status, 413) << bytes;
    EXPECT_EQ(got.limit, "max_ignored_body");
    EXPECT_NE(got.detail.find("8 bytes"), std::string::npos) << got.detail;
  }
  config.max_ignored_body = ByteCount{0};
  EXPECT_EQ(read(with("Content-Length: 1"), 1, config, ByteCount{0}, Body::ignore).status, 413);
  EXPECT_EQ(read(with("Content-Length: 0"), 1, config, ByteCount{0}, Body::ignore).phase, Phase::done);
}

TEST(RequestReader, a_refusal_of_what_the_fields_mean_leaves_the_fields_readable) {
  for (const std::string& bytes :
       {with("Origin: https://a.example\r\nTransfer-Encoding: gzip"),
        with("Origin: https://a.example\r\nExpect: tea"),
        with("Origin: https://a.example\r\nOrigin: https://b"),
        std::string("GET /%zz HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n\r\n"),
        "GET /" + std::string(128, 'a') + " HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n\r\n"}) {
    const Read got = read(bytes, bytes.size());
    ASSERT_EQ(got.phase, Phase::refused);
    EXPECT_GT(got.head.headers.size(), 1u) << bytes;
  }
}

TEST(RequestReader, TakesABodyOfExactlyTheLimit) {
  EXPECT_EQ(read(with("Content-Length: 64") + std::string(64, 'x'), 5).phase, Phase::done);
  EXPECT_EQ(read(chunked("40\r\n" + std::string(64, 'x') + "\r\n0\r\n\r\n"), 5).phase, Phase::done);
}

TEST(RequestReader, ServesTheAllowedHostsOnly) {
  Config config = small_config();
  config.allowed_hosts = {"Belay.example", "::1"};
  const auto status = [&](const std::string& host) {
    return read("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 1, config).status;
  };
  EXPECT_EQ(status("belay.EXAMPLE:8080"), 0);
  EXPECT_EQ(status("[::1]:8080"), 0);
  EXPECT_EQ(status("evil.example"), 400);
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n", 1, config).status, 400);
}

TEST(RequestReader, X8InDevelopmentModeServesTheNamesOfThisMachineOnly) {
  Config config = small_config();
  config.loopback_hosts_only = true;
  config.allowed_hosts = {"evil.example"};  // has no effect then
  const auto status = [&](const std::string& host) {
    return read("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 1, config).status;
  };
  for (const char* host : {"localhost", "LOCALHOST:8080", "localhost.:8080", "app.localhost", "127.0.0.1",
                           "127.1.2.3:5001", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]"})
    EXPECT_EQ(status(host), 0) << host;
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost",
                           "192.0.2.1", "0.0.0.0", "[::2]", "[::]", "127.0.0.1x", "127.1", "x"})
    EXPECT_EQ(status(host), 403) << host;
  EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n", 1, config).status, 403);
  EXPECT_EQ(read("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 1, config).status, 0);
  EXPECT_EQ(read("GET http://evil.example/ HTTP/1.0\r\n\r\n", 1, config).status, 403);
}

TEST(RequestReader, KnowsThatSomethingHasStarted) {
  const Config config = small_config();
  RequestReader reader(config);
  EXPECT_FALSE(reader.started());
  reader.push("\r\n");
  EXPECT_FALSE(reader.started());
  reader.push("G");
  EXPECT_TRUE(reader.started());
  reader.time_out("Too slow.");
  EXPECT_EQ(reader.refusal().status, 408);
}

}  // namespace
}  // namespace belay::transport
