#include "providers/anthropic/messages_protocol.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

GenerationRequest request_of(std::string prompt) {
  GenerationRequest request;
  request.model.upstream_name = "claude-x";
  request.model.max_output = {99};
  request.messages.push_back({Role::user, std::move(prompt)});
  return request;
}

TEST(MessagesProtocol, P4SaysLiterallyWhatIsAsked) {
  GenerationRequest request = request_of("Hi");
  request.system = "Be brief.";
  request.messages.insert(request.messages.begin(), {{Role::user, "Before"}, {Role::assistant, "Yes"}});
  request.tools = {{"set", "Sets it.", R"({"type":"object"})"}, {"get", "", ""}};
  const HttpRequest http = MessagesProtocol().request({}, request);
  EXPECT_EQ(http.url, "/messages");
  EXPECT_NE(std::find(http.headers.begin(), http.headers.end(), "anthropic-version: 2023-06-01"),
            http.headers.end());
  EXPECT_EQ(
      *http.body,
      R"({"model":"claude-x","max_tokens":99,"system":"Be brief.","messages":[)"
      R"({"role":"user","content":"Before"},{"role":"assistant","content":"Yes"},)"
      R"({"role":"user","content":"Hi"}],"tools":[{"name":"set","description":"Sets it.",)"
      R"("input_schema":{"type":"object"}},{"name":"get","input_schema":{"type":"object","properties":{}}}],)"
      R"("stream":true})");
}

TEST(MessagesProtocol, G6ATemperatureIsSentOnlyWhereModelAndVersionTakeIt) {
  GenerationRequest request = request_of("Hi");
  request.temperature = 0.5;
  HttpProviderConfig config;
  const auto sends = [&] {
    return messages_request_body(config, request).find("temperature") != std::string::npos;
  };
  EXPECT_FALSE(sends());
  request.model.sampling_allowed = true;
  EXPECT_TRUE(sends());
  config.anthropic_version = "2026-10-21";
  EXPECT_FALSE(sends());
}

TEST(MessagesProtocol, C17_thinking_is_asked_for_where_it_is_shown) {
  GenerationRequest request = request_of("Hi");
  request.temperature = 0.5;
  request.model.sampling_allowed = true;
  request.model.shows_reasoning = true;
  const std::string body = messages_request_body({}, request);
  EXPECT_NE(body.find(R"("thinking":{"type":"adaptive","display":"summarized"},"stream":true})"),
            std::string::npos);
  EXPECT_EQ(body.find("temperature"), std::string::npos) << "the API refuses both together";
  request.partial_answer = "Once";
  EXPECT_EQ(messages_request_body({}, request).find("thinking"), std::string::npos)
      << "the API refuses it for an answer that is continued";
}

TEST(MessagesProtocol, MessagesWithoutTextAreLeftOutForTheyWouldBeRefused) {
  GenerationRequest request = request_of("Hi");
  request.messages.insert(request.messages.begin(), {{Role::user, "Before"}, {Role::assistant, " \n"}});
  EXPECT_NE(messages_request_body({}, request)
                .find(R"([{"role":"user","content":"Before"},{"role":"user","content":"Hi"}])"),
            std::string::npos);
}

TEST(MessagesProtocol, X2APartialAnswerIsPrefilledWithoutTheWhiteSpaceAtItsEnd) {
  GenerationRequest request = request_of("Hi");
  request.partial_answer = "Once upon \n";
  EXPECT_NE(messages_request_body({}, request).find(R"({"role":"assistant","content":"Once upon"}])"),
            std::string::npos);
  Overlap overlap = MessagesProtocol().overlap(request);
  std::string_view piece = " \na time";
  EXPECT_TRUE(overlap.take(piece));
  EXPECT_EQ(piece, "a time");
}

TEST(MessagesProtocol, ToolsAreNotOfferedToAModelThatTakesNone) {
  GenerationRequest request = request_of("Hi");
  request.tools = {{"set", "", ""}};
  request.model.tools_allowed = false;
  EXPECT_EQ(messages_request_body({}, request).find("tools"), std::string::npos);
}

}  // namespace
}  // namespace belay::providers
