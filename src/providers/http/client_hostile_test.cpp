// X7: hostile and broken responses. Every client gives the same verdict on each, over plain HTTP and over TLS.
#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

// What happens after the bytes.
enum class Ending { stays, closes, resets };

struct Hostile {
  const char* name;
  std::string bytes;
  Ending ending;
  // "whole", or the fault: "cut", "unreadable", "large" or "address".
  const char* verdict;
  // For bytes that libcurl accepts and that our own client refuses.
  const char* verdict_of_curl = nullptr;
};

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kLength5 = kOk + "Content-Length: 5\r\n\r\n";

std::vector<Hostile> hostile_responses() {
  using enum Ending;
  return {
      {"nothing", "", closes, "cut"},
      {"nothing, reset", "", resets, "cut"},
      {"half a status line, reset", "HTTP/1.1 2", resets, "cut"},
      {"half a head, reset", kOk + "Content-Type: te", resets, "cut"},
      {"a length that is not reached", kLength5 + "hell", closes, "cut"},
      {"a length that is not reached, reset", kLength5 + "hell", resets, "cut"},
      {"a head without its body", kLength5, closes, "cut"},
      {"a chunk that is cut", kChunked + "5\r\nhell", closes, "cut"},
      {"a chunk that is cut, reset", kChunked + "5\r\nhell", resets, "cut"},
      {"no last chunk", kChunked + "5\r\nhello\r\n", closes, "cut"},
      {"half a chunk size", kChunked + "5", closes, "cut"},
      {"a chunk size that is no number", kChunked + "xyz\r\nhello", stays, "cut"},
      {"a chunk size with a sign", kChunked + "-5\r\nhello", stays, "cut"},
      {"a chunk size of 68 bits", kChunked + "fffffffffffffffff\r\nhello", stays, "cut"},
      {"a chunk longer than its size", kChunked + "3\r\nhello\r\n0\r\n\r\n", stays, "cut"},
      {"chunks without sizes", kChunked + "data: hello\n\ndata: world\n\n", closes, "cut"},
      {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", stays, "address"},
      {"another protocol, closed", "220 mail.example.test ESMTP\r\n", closes, "address"},
      {"HTML without a head", "<html><body>no</body></html>\r\n", closes, "address"},
      {"a letter", "x", closes, "address"},
      {"zeros", std::string(1000, '\0'), closes, "address"},
      {"headers without an end", kOk + "X: " + std::string(200'000, 'x'), stays, "large", "unreadable"},
      {"many large headers",
       kOk +
           [] {
             std::string headers;
             for (int i = 0; i < 100; ++i)
               headers += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
             return headers;
           }(),
       stays, "large"},
      {"interim responses without an end",
       [] {
         std::string heads;
         for (int i = 0; i < 3000; ++i) heads += "HTTP/1.1 100 Continue\r\nX-More: 1\r\n\r\n";
         return heads;
       }(),
       stays, "large"},
      {"a length that is no number", kOk + "Content-Length: five\r\n\r\nhello", stays, "unreadable"},
      {"a negative length", kOk + "Content-Length: -5\r\n\r\nhello", stays, "unreadable"},
      {"a length of 65 bits", kOk + "Content-Length: 18446744073709551616\r\n\r\nhello", closes, "unreadable",
       "whole"},
      {"a version that does not exist", "HTTP/3.7 200 OK\r\n\r\n", closes, "address"},
      {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", closes, "address"},
      {"a status of letters", "HTTP/1.1 abc OK\r\n\r\n", closes, "address"},
      {"a zero byte in a header", kOk + std::string("X: a\0b\r\nContent-Length: 0\r\n\r\n", 29), stays,
       "unreadable"},
      {"surplus after the end", kOk + "Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n", stays, "whole"},
      {"a response of its own after the end", kLength5 + "hello" + kLength5 + "world", stays, "whole"},
      {"an interim response, then the answer", "HTTP/1.1 103 Early Hints\r\n\r\n" + kLength5 + "hello", stays,
       "whole"},
      {"a body until the close", kOk + "\r\nhello", closes, "whole"},
      {"one byte a chunk", kChunked + "1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n", stays,
       "whole"},
      {"chunks with extensions and trailers", kChunked + "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n", stays,
       "whole"},
      // Where our own client is stricter.
      {"a length beside chunks",
       kOk + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", stays,
       "unreadable", "whole"},
      {"two lengths", kOk + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", stays, "unreadable",
       "whole"},
      {"a header without a colon", kOk + "Surprise\r\nContent-Length: 5\r\n\r\nhello", stays, "unreadable"},
      {"a folded header", kOk + "X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello", stays, "unreadable", "whole"},
      {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", stays, "unreadable", "whole"},
      {"a space before the colon", kOk + "Content-Length : 5\r\n\r\nhello", closes, "unreadable", "whole"},
      {"a bare line feed after a chunk size", kChunked + "5\nhello\r\n0\r\n\r\n", stays, "cut", "whole"},
      {"a space after a chunk size", kChunked + "5 \r\nhello\r\n0\r\n\r\n", stays, "cut", "whole"},
      {"chunks in the older version",
       "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", stays, "unreadable",
       "whole"},
      {"an encoding that was not asked for", kOk + "Transfer-Encoding: gzip\r\n\r\nhello", closes,
       "unreadable"},
      {"more than 256 headers",
       kOk +
           [] {
             std::string headers;
             for (int i = 0; i < 300; ++i) headers += "X: y\r\n";
             return headers;
           }() +
           "Content-Length: 5\r\n\r\nhello",
       stays, "large", "whole"},
  };
}

class ClientHostileTest : public HttpClientTest {
 protected:
  std::string verdict() const {
    if (!sink.failure) return "whole";
    const std::string& advice = sink.failure->error.advice;
    if (advice.starts_with("The connection to the provider was cut.")) return "cut";
    if (advice.starts_with("The provider's response headers are too large.")) return "large";
    if (advice.starts_with("The provider's response is no HTTP that can be read.")) return "unreadable";
    if (advice.starts_with("The provider's address cannot be used.")) return "address";
    return advice;
  }
};
BELAY_FOR_ALL_CLIENTS(ClientHostileTest);

TEST_P(ClientHostileTest, X7_hostile_responses_get_the_same_verdict_from_every_client) {
  for (const Hostile& one : hostile_responses()) {
    SCOPED_TRACE(one.name);
    Server server([&](ServedConnection& connection) {
      connection.read_request();
      connection.write(one.bytes);
      if (one.ending == Ending::stays) connection.wait_closed();
      if (one.ending == Ending::closes) connection.end_tls();
      if (one.ending == Ending::resets) connection.reset_at_end();
    });
    sink = Collector();
    const auto call = client.start(loop, post(server.address()), sink);
    ASSERT_TRUE(run_until([&] { return sink.done; }));
    const bool lenient = GetParam().client == ClientKind::curl && one.verdict_of_curl;
    EXPECT_EQ(verdict(), lenient ? one.verdict_of_curl : one.verdict);
    if (!sink.failure) {
      EXPECT_EQ(sink.body, "hello");
    }
  }
}

}  // namespace
}  // namespace belay::providers
