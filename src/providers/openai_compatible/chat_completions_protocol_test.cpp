#include "providers/openai_compatible/chat_completions_protocol.hpp"

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

TEST(ChatRequestBody, SaysLiterallyWhatIsAsked) {
  GenerationRequest request = request_of("Hi");
  request.system = "Be brief.";
  request.messages.insert(request.messages.begin(), {{Role::user, "Before"}, {Role::assistant, "Yes"}});
  EXPECT_EQ(
      chat_request_body({}, request),
      R"({"model":"gpt-x","messages":[{"role":"system","content":"Be brief."},{"role":"user",)"
      R"("content":"Before"},{"role":"assistant","content":"Yes"},{"role":"user","content":"Hi"}],"max_completion_tokens":99,)"
      R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST(ChatRequestBody, FollowsTheCatalogueAndTheServersPeculiarities) {
  GenerationRequest request = request_of("Hi");
  request.system = "S";
  request.model.system_role = "developer";
  request.model.token_field = "max_tokens";
  request.model.sampling_allowed = true;
  request.temperature = 0.5;
  HttpProviderConfig config;
  config.include_usage = false;
  EXPECT_EQ(
      chat_request_body(config, request),
      R"({"model":"gpt-x","messages":[{"role":"developer","content":"S"},{"role":"user","content":"Hi"}],)"
      R"("max_tokens":99,"temperature":0.5,"stream":true})");
  config.supports_streaming = false;
  request.model.sampling_allowed = false;
  EXPECT_EQ(
      chat_request_body(config, request),
      R"({"model":"gpt-x","messages":[{"role":"developer","content":"S"},{"role":"user","content":"Hi"}],)"
      R"("max_tokens":99,"stream":false})");
}

TEST(ChatRequestBody, EscapesEveryByteThatJsonDoesNotAllow) {
  std::string prompt = "quote \" backslash \\ line\r\n tab\t euro € nul ";
  prompt += '\0';
  prompt += "\x1F end";
  const std::string body = chat_request_body({}, request_of(prompt));
  EXPECT_NE(body.find(R"("quote \" backslash \\ line\r\n tab\t euro € nul \u0000\u001f end")"),
            std::string::npos)
      << body;
}

TEST(ChatRequestBody, A8OffersToolsWithTheirSchema) {
  GenerationRequest request = request_of("Hi");
  request.tools.push_back(
      {"set_tempo", "Sets \"it\"", R"({"type":"object","properties":{"bpm":{"type":"integer"}}})"});
  request.tools.push_back({"stop", "", ""});
  const std::string body = chat_request_body({}, request);
  EXPECT_NE(
      body.find(R"("tools":[{"type":"function","function":{"name":"set_tempo","description":"Sets \"it\"",)"
                R"("parameters":)"
                R"({"type":"object","properties":{"bpm":{"type":"integer"}}}}},)"
                R"({"type":"function","function":{"name":"stop",)"
                R"("parameters":{"type":"object","properties":{}}}}])"),
      std::string::npos)
      << body;
}

TEST(ChatRequestBody, PutsAPartialAnswerLast) {
  GenerationRequest request = request_of("Hi");
  request.partial_answer = "Once";
  HttpProviderConfig config;
  config.continue_style = ContinueStyle::prefill;
  EXPECT_NE(chat_request_body(config, request)
                .find(R"({"role":"user","content":"Hi"},{"role":"assistant","content":"Once"}])"),
            std::string::npos);
  config.continue_style = ContinueStyle::prefix_flag;
  EXPECT_NE(
      chat_request_body(config, request).find(R"({"role":"assistant","content":"Once","prefix":true}])"),
      std::string::npos);
}

}  // namespace
}  // namespace belay::providers
