#include "app/context_fetcher.hpp"

#include <fstream>
#include <optional>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/http/curl_client.hpp"
#include "providers/testing/loopback_server.hpp"

namespace belay::app {
namespace {

using providers::LoopbackServer;
using providers::ServedConnection;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class ContextFetcherTest : public ::testing::Test {
 protected:
  ContextFetcherTest() { config.timeout = 30s; }  // longer than a busy machine may stop
  // With these settings from now on.
  void use(const std::string& address) {
    config.url = address + "/climbers/{user}/context";
    source.emplace(HttpContextSource::Parts{client, clock, {&loop}}, config, Secret(key));
  }
  Result<std::string> fetch(const std::string& user) {
    std::optional<Result<std::string>> got;
    source->fetch(&loop, user, [&](Result<std::string> result) { got = std::move(result); });
    for (int i = 0; i < 20'000 && !got; ++i)
      if (!loop.turn()) std::this_thread::sleep_for(std::chrono::microseconds(500));
    return got ? std::move(*got) : make_error(ErrorCode::internal, "never told");
  }

  SystemClock clock;
  Loop loop{0, clock};
  providers::CurlClient client;
  services::ContextConfig config;
  std::string key = "a secret of the product";
  std::optional<HttpContextSource> source;
};

std::string answer(const char* status, const std::string& body) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST_F(ContextFetcherTest, S8_a_document_is_fetched_with_the_users_id_and_a_signature) {
  std::string request;
  LoopbackServer server([&](ServedConnection& connection) {
    request = connection.read_request();
    connection.write(answer("200 OK", R"({"goals":"V8"})"));
  });
  use(server.address());
  EXPECT_EQ(fetch("ann/b c\xC3\xBC").value(), R"({"goals":"V8"})");
  EXPECT_THAT(request, HasSubstr("GET /climbers/ann%2Fb%20c%C3%BC/context HTTP/1.1\r\n"));
  EXPECT_THAT(request, ::testing::ContainsRegex("Belay-Signature: t=[0-9]+,v1=[0-9a-f]{64}\r\n"));
}

// The expected value is from another implementation:
//   printf '1740132000.ann' | openssl dgst -sha256 -hmac 'a secret of the product'
TEST_F(ContextFetcherTest, S8_the_signature_can_be_checked_by_others) {
  EXPECT_EQ(context_signature(Secret(key), "ann", {1'740'132'000'999}),
            "t=1740132000,v1=d9840cbe5dcc154e376e77417e6425848f35dd1bfa29223ebafb225806bb6670");
  EXPECT_NE(context_signature(Secret(key), "bob", {1'740'132'000'999}),
            context_signature(Secret(key), "ann", {1'740'132'000'999}));
}

TEST_F(ContextFetcherTest, S8_without_a_key_requests_are_not_signed) {
  std::string request;
  LoopbackServer server([&](ServedConnection& connection) {
    request = connection.read_request();
    connection.write(answer("200 OK", "{}"));
  });
  key.clear();
  use(server.address());
  EXPECT_TRUE(fetch("ann"));
  EXPECT_EQ(request.find("Belay-Signature"), std::string::npos);
}

TEST_F(ContextFetcherTest, S8_a_user_without_a_document_is_no_failure) {
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(answer("404 Not Found", "no"));
  });
  config.breaker_failures = 1;
  use(server.address());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fetch("ann").error().code, ErrorCode::not_found);
}

TEST_F(ContextFetcherTest, S8_a_name_that_means_another_path_is_not_asked_for) {
  use("http://127.0.0.1:1");
  for (const char* name : {".", ".."}) EXPECT_EQ(fetch(name).error().code, ErrorCode::not_found);
}

TEST_F(ContextFetcherTest, S8_an_address_that_fails_is_left_alone_for_a_while) {
  std::atomic<int> requests{0};
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    ++requests;
    connection.write(answer("500 Broken", "no"));
  });
  config.breaker_failures = 2;
  config.breaker_open_time = 60'000ms;
  use(server.address());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fetch("ann").error().code, ErrorCode::provider_unavailable);
  EXPECT_EQ(requests, 2);
}

TEST_F(ContextFetcherTest, S8_a_document_that_is_too_large_is_not_read) {
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(answer("200 OK", std::string(2'000, ' ') + "{}"));
  });
  config.max_document = 1_KiB;
  use(server.address());
  EXPECT_EQ(fetch("ann").error().code, ErrorCode::payload_too_large);
}

TEST_F(ContextFetcherTest, S8_an_address_that_is_silent_is_given_up) {
  LoopbackServer server([](ServedConnection& connection) { connection.wait_closed(); });
  config.timeout = 50ms;
  use(server.address());
  EXPECT_EQ(fetch("ann").error().code, ErrorCode::provider_timeout);
}

// ---- Settings

std::string problem_of(services::ContextConfig config) {
  std::string text;
  for (const Error& each : context_problems(config)) text += each.field + ": " + each.detail + "\n";
  return text;
}

TEST(ContextSettings, S8_an_address_must_be_secure_and_have_a_place_for_the_user) {
  services::ContextConfig config;
  EXPECT_EQ(problem_of(config), "");
  for (const char* fine : {"https://api.example.com/{user}", "http://127.0.0.1:9/u?user={user}"}) {
    config.url = fine;
    EXPECT_EQ(problem_of(config), "") << fine;
  }
  config.url = "https://api.example.com/context";
  EXPECT_THAT(problem_of(config), HasSubstr("context.url: the address must have {user}"));
  for (const char* wrong :
       {"http://api.example.com/{user}", "ftp://x/{user}", "{user}", "https://a:b@x/{user}"}) {
    config.url = wrong;
    EXPECT_THAT(problem_of(config), HasSubstr("https://")) << wrong;
  }
}

TEST(ContextSettings, S8_a_key_comes_from_a_file_or_a_variable_and_is_long_enough) {
  services::ContextConfig config;
  config.url = "https://api.example.com/{user}";
  const std::string file = ::testing::TempDir() + "belay_context_key_" + std::to_string(::getpid());
  config.key_file = file;
  EXPECT_THAT(problem_of(config), HasSubstr("context.key_file: the file holds no secret"));
  std::ofstream(file) << "0123456789abcdef\n";
  EXPECT_EQ(problem_of(config), "");
  EXPECT_EQ(load_context_key(config)->reveal(), "0123456789abcdef");
  std::ofstream(file) << "too short\n";
  EXPECT_THAT(problem_of(config), HasSubstr("at least 16 characters"));
  std::remove(file.c_str());
  config.key_file.clear();
  config.key_env = "BELAY_TEST_CONTEXT_KEY";
  EXPECT_THAT(problem_of(config), HasSubstr("context.key_env"));
  ::setenv("BELAY_TEST_CONTEXT_KEY", "fedcba9876543210", 1);
  EXPECT_EQ(load_context_key(config)->reveal(), "fedcba9876543210");
  ::unsetenv("BELAY_TEST_CONTEXT_KEY");
}

}  // namespace
}  // namespace belay::app
