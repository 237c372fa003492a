#include "providers/http/fetcher.hpp"

#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

class FetcherTest : public HttpClientTest {
 protected:
  Result<std::string> fetch(Fetcher::Request request) {
    if (self_signed) request.ca_file = self_signed->ca_file();
    std::optional<Result<std::string>> got;
    fetcher.fetch(std::move(request), [&](Result<std::string> result) { got = std::move(result); });
    EXPECT_FALSE(got);
    EXPECT_TRUE(run_until([&] { return got.has_value(); }));
    EXPECT_EQ(fetcher.active(), 0u);
    return got ? std::move(*got) : make_error(ErrorCode::internal, "never told");
  }
  Fetcher fetcher{client, loop};
};

BELAY_FOR_ALL_CLIENTS(FetcherTest);

TEST_P(FetcherTest, GetsADocument) {
  Server server([](ServedConnection& connection) {
    EXPECT_TRUE(connection.read_request().starts_with("GET /keys HTTP/1.1\r\n"));
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}");
  });
  const auto got = fetch({.url = server.address() + "/keys"});
  ASSERT_TRUE(got.has_value()) << got.error().detail;
  EXPECT_EQ(*got, "{\"keys\":[]}");
}

TEST_P(FetcherTest, RefusesWhatIsTooLargeNotOkOrNotSecure) {
  Server server([](ServedConnection& connection) {
    const bool large = connection.read_request().starts_with("GET /large");
    connection.write(large ? "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}"
                           : "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
  });
  EXPECT_EQ(fetch({.url = server.address() + "/large", .max_bytes = 10}).error().code,
            ErrorCode::payload_too_large);
  EXPECT_EQ(fetch({.url = server.address() + "/broken"}).error().code, ErrorCode::provider_unavailable);
  EXPECT_EQ(fetch({.url = "http://example.com/keys"}).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(fetch({.url = "file:///etc/passwd"}).error().code, ErrorCode::invalid_request);
}

TEST_P(FetcherTest, S8_tells_a_missing_document_from_a_refusal_and_sends_the_headers_that_are_wanted) {
  Server server([](ServedConnection& connection) {
    const std::string request = connection.read_request();
    EXPECT_NE(request.find("\r\nBelay-Signature: t=1\r\n"), std::string::npos);
    const bool missing = request.starts_with("GET /missing");
    connection.write(missing ? "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"
                             : "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
  });
  const std::vector<std::string> headers{"Belay-Signature: t=1"};
  EXPECT_EQ(fetch({.url = server.address() + "/missing", .headers = headers}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(fetch({.url = server.address() + "/refused", .headers = headers}).error().code,
            ErrorCode::provider_rejected);
}

TEST_P(FetcherTest, GivesUpOnSilence) {
  Server server([](ServedConnection& connection) { connection.wait_closed(); });
  EXPECT_EQ(fetch({.url = server.address(), .timeout = Milliseconds(30)}).error().code,
            ErrorCode::provider_timeout);
}

}  // namespace
}  // namespace belay::providers
