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
  request.sampling.temperature = 0.5;
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

TEST(MessagesProtocol, K8SaysAllThatTheRequestWantsWhereTheModelTakesIt) {
  GenerationRequest request = request_of("Hi");
  request.tools = {{"play", "", R"({"type":"object"})", true}};
  request.sampling.temperature = 1.5;
  request.sampling.top_p = 0.9;
  request.sampling.seed = 7;
  request.sampling.stop = {"END", "\n"};
  request.sampling.max_output = {50};
  request.sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "play"};
  request.sampling.parallel_tool_calls = false;
  request.model.sampling_allowed = true;
  const std::string begin =
      R"({"model":"claude-x","max_tokens":50,"messages":[{"role":"user","content":"Hi"}],)"
      R"("tools":[{"name":"play","input_schema":{"type":"object"},"strict":true}])";
  const std::string end = R"(,"stop_sequences":["END","\n"],"stream":true})";
  EXPECT_EQ(messages_request_body({}, request),
            begin + R"(,"tool_choice":{"type":"tool","name":"play","disable_parallel_tool_use":true})" +
                R"(,"temperature":1)" + end);
  request.sampling.temperature.reset();
  request.sampling.tool_choice->mode = ToolChoice::Mode::none;
  EXPECT_EQ(messages_request_body({}, request),
            begin + R"(,"tool_choice":{"type":"none"},"top_p":0.9)" + end);
  request.model.sampling_allowed = false;
  request.sampling.tool_choice.reset();
  EXPECT_EQ(messages_request_body({}, request),
            begin + R"(,"tool_choice":{"type":"auto","disable_parallel_tool_use":true})" + end);
  request.sampling.tool_choice = ToolChoice{ToolChoice::Mode::required, ""};
  request.sampling.parallel_tool_calls.reset();
  request.model.shows_reasoning = true;
  EXPECT_EQ(messages_request_body({}, request), begin + R"(,"tool_choice":{"type":"any"})" + end)
      << "the API lets no model think that must call a tool";
}

TEST(MessagesProtocol, K8ImagesAndFilesStandAmongTheTexts) {
  GenerationRequest request = request_of("What is this?");
  request.messages[0].parts.emplace_back(Image{{"image/png", "\x01\x02\x03\x04", ""}, "low"});
  request.messages[0].parts.emplace_back(Image{{"", "", "https://a/b.png"}, ""});
  request.messages[0].parts.emplace_back(File{{"application/pdf", "abc", ""}, "a.pdf"});
  request.messages[0].parts.emplace_back(File{{"text/plain", "plain", ""}, ""});
  request.model.images_allowed = request.model.files_allowed = true;
  EXPECT_NE(
      messages_request_body({}, request)
          .find(
              R"("content":[{"type":"text","text":"What is this?"},)"
              R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQIDBA=="}},)"
              R"({"type":"image","source":{"type":"url","url":"https://a/b.png"}},)"
              R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"YWJj"},)"
              R"("title":"a.pdf"},{"type":"document","source":{"type":"text","media_type":"text/plain",)"
              R"("data":"plain"}}])"),
      std::string::npos)
      << messages_request_body({}, request);
}

TEST(MessagesProtocol, C17_thinking_is_asked_for_where_it_is_shown) {
  GenerationRequest request = request_of("Hi");
  request.sampling.temperature = 0.5;
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
