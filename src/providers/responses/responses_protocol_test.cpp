#include "providers/responses/responses_protocol.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

GenerationRequest request_of(std::string prompt) {
  GenerationRequest request;
  request.model.upstream_name = "gpt-x";
  request.model.max_output = {99};
  request.messages.push_back({Role::user, std::move(prompt)});
  return request;
}

TEST(ResponsesProtocol, P4SaysLiterallyWhatIsAskedAndStoresNothing) {
  GenerationRequest request = request_of("Hi");
  request.system = "Be brief.";
  request.messages.insert(request.messages.begin(), {{Role::user, "Before"}, {Role::assistant, "Yes"}});
  request.tools = {{"set", "Sets it.", R"({"type":"object"})"}};
  const HttpRequest http = ResponsesProtocol().request({}, request);
  EXPECT_EQ(http.url, "/responses");
  EXPECT_EQ(http.method, HttpRequest::Method::post);
  EXPECT_EQ(*http.body,
            R"({"model":"gpt-x","instructions":"Be brief.","input":[{"role":"user","content":"Before"},)"
            R"({"role":"assistant","content":"Yes"},{"role":"user","content":"Hi"}],)"
            R"("tools":[{"type":"function","strict":false,"name":"set","description":"Sets it.",)"
            R"("parameters":{"type":"object"}}],"max_output_tokens":99,"stream":true,"store":false})");
}

TEST(ResponsesProtocol, X2ABackgroundResponseIsStoredAndTakenUpByItsId) {
  HttpProviderConfig config;
  config.background = true;
  GenerationRequest request = request_of("Hi");
  EXPECT_NE(responses_request_body(config, request).find(R"("background":true,"store":true})"),
            std::string::npos);
  request.resume_token = "resp_1";
  request.partial_answer = "Half";
  const HttpRequest http = ResponsesProtocol().request(config, request);
  EXPECT_EQ(http.method, HttpRequest::Method::get);
  EXPECT_EQ(http.url, "/responses/resp_1?stream=true");
  EXPECT_EQ(http.body, nullptr);
  Overlap overlap = ResponsesProtocol().overlap(request);
  std::string_view piece = "Half an answer";
  EXPECT_TRUE(overlap.take(piece));
  EXPECT_EQ(piece, " an answer");
  // An answer that is not streamed cannot be resumed.
  config.supports_streaming = false;
  EXPECT_FALSE(ResponsesProtocol().can_resume(config));
  EXPECT_NE(responses_request_body(config, request).find(R"("stream":false,"store":false})"),
            std::string::npos);
}

TEST(ResponsesProtocol, G6ATemperatureIsSentOnlyWhereTheModelTakesIt) {
  GenerationRequest request = request_of("Hi");
  request.temperature = 0.5;
  EXPECT_EQ(responses_request_body({}, request).find("temperature"), std::string::npos);
  request.model.sampling_allowed = true;
  EXPECT_NE(responses_request_body({}, request).find(R"("temperature":0.5)"), std::string::npos);
}

TEST(ResponsesProtocol, C17_a_summary_of_the_reasoning_is_asked_for_where_it_is_shown) {
  GenerationRequest request;
  request.messages.push_back({Role::user, "Hi"});
  EXPECT_EQ(responses_request_body({}, request).find("reasoning"), std::string::npos);
  request.model.shows_reasoning = true;
  EXPECT_NE(responses_request_body({}, request).find(R"(,"reasoning":{"summary":"auto"})"),
            std::string::npos);
}

}  // namespace
}  // namespace belay::providers
