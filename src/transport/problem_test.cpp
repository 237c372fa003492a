#include "transport/problem.hpp"

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace belay::transport {
namespace {

std::string header(const Response& response, std::string_view name) {
  for (const Header& header : response.headers)
    if (header.name == name) return header.value;
  return "(none)";
}

TEST(Problem, IsAProblemDocumentWithAStableCode) {
  const Response response = problem(make_error(ErrorCode::invalid_request, "Say \"what\".", "mode"), "r-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(std::get<std::string>(response.body),
            R"({"type":"https://belay.invalid/problems/invalid_request","title":"Bad Request","status":400,)"
            R"("code":"invalid_request","detail":"Say \"what\".","field":"mode","request_id":"r-1"})");
}

TEST(Problem, TellsNothingThatIsForTheOperator) {
  Error error = make_error(ErrorCode::provider_rejected, "Choose another model.");
  error.advice = "Set the key.";
  EXPECT_EQ(std::get<std::string>(problem(error, "").body).find("key"), std::string::npos);
}

TEST(Problem, TellsTheLimitAndRoundsRetryAfterUp) {
  Error error = make_error(ErrorCode::rate_limited, "Slower.");
  error.limit = "rate.chat";
  error.retry_after = Milliseconds(1001);
  const Response response = problem(error, "");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(header(response, "Retry-After"), "2");
  EXPECT_NE(std::get<std::string>(response.body).find(R"("limit":"rate.chat"})"), std::string::npos);
}

TEST(Problem, X9GivesEvery429And503ARetryAfterOfAtLeastOneSecond) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    Error error = make_error(static_cast<ErrorCode>(code), "x");
    error.retry_after = Milliseconds(0);
    const Response response = problem(error, "");
    EXPECT_GE(response.status, 400);
    const bool wanted = response.status == 429 || response.status == 503;
    EXPECT_EQ(header(response, "Retry-After"), wanted ? "1" : "(none)") << to_string(error.code);
  }
}

TEST(Problem, X9_there_is_no_retry_after_where_waiting_does_not_help) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const Error error = make_error(static_cast<ErrorCode>(code), "x");
    const Response response = problem(error, "");
    const bool wanted =
        (response.status == 429 || response.status == 503) && is_retryable(static_cast<ErrorCode>(code));
    EXPECT_EQ(header(response, "Retry-After"), wanted ? "1" : "(none)") << to_string(error.code);
  }
  const Response used_up = problem(make_error(ErrorCode::session_used_up, "Start a new one."), "");
  EXPECT_EQ(used_up.status, 429);
  EXPECT_EQ(header(used_up, "Retry-After"), "(none)");
}

TEST(Problem, X9MapsCodesToTheirStatus) {
  EXPECT_EQ(http_status(ErrorCode::unauthenticated), 401);
  EXPECT_EQ(http_status(ErrorCode::forbidden), 403);
  EXPECT_EQ(http_status(ErrorCode::not_found), 404);
  EXPECT_EQ(http_status(ErrorCode::position_ahead), 409);
  EXPECT_EQ(http_status(ErrorCode::expired), 410);
  EXPECT_EQ(http_status(ErrorCode::payload_too_large), 413);
  EXPECT_EQ(http_status(ErrorCode::unsupported_media_type), 415);
  EXPECT_EQ(http_status(ErrorCode::idempotency_mismatch), 422);
  EXPECT_EQ(http_status(ErrorCode::quota_exceeded), 429);
  EXPECT_EQ(http_status(ErrorCode::draining), 503);
}

TEST(Problem, PutsTheAllowedMethodsIntoAllow) {
  const Response response = problem(make_error(ErrorCode::method_not_allowed, "No.", "GET, HEAD"), "");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
  EXPECT_EQ(std::get<std::string>(response.body).find("field"), std::string::npos);
}

}  // namespace
}  // namespace belay::transport
