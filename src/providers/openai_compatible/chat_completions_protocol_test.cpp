#include "providers/openai_compatible/chat_completions_protocol.hpp"

#include <limits>

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

Sampling full_sampling() {
  Sampling sampling;
  sampling.temperature = 1.5;
  sampling.top_p = 0.9;
  sampling.presence_penalty = -1;
  sampling.frequency_penalty = 0.25;
  sampling.max_output = {50};
  sampling.stop = {"END", "\n"};
  sampling.seed = -7;
  sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "play"};
  sampling.response_format =
      ResponseFormat{ResponseFormat::Kind::json_schema, "answer", "What.", R"({"type":"object"})", true};
  sampling.effort = "low";
  sampling.parallel_tool_calls = false;
  return sampling;
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
  request.sampling.temperature = 0.5;
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

TEST(ChatRequestBody, K8SaysAllThatTheRequestWantsWhereTheModelTakesIt) {
  GenerationRequest request = request_of("Hi");
  request.tools = {{"play", "", R"({"type":"object"})", true}};
  request.sampling = full_sampling();
  request.model.sampling_allowed = request.model.shows_reasoning = true;
  const std::string begin =
      R"({"model":"gpt-x","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function",)"
      R"("function":{"name":"play","parameters":{"type":"object"},"strict":true}}],"max_completion_tokens":50)";
  const std::string always =
      R"(,"tool_choice":{"type":"function","function":{"name":"play"}},"parallel_tool_calls":false,)"
      R"("response_format":{"type":"json_schema","json_schema":{"name":"answer","description":"What.",)"
      R"("schema":{"type":"object"},"strict":true}})";
  const std::string end = R"(,"stream":true,"stream_options":{"include_usage":true}})";
  EXPECT_EQ(chat_request_body({}, request),
            begin +
                R"(,"temperature":1.5,"top_p":0.9,"presence_penalty":-1,"frequency_penalty":0.25,"seed":-7,)"
                R"("stop":["END","\n"])" +
                always + R"(,"reasoning_effort":"low")" + end);
  request.model.sampling_allowed = request.model.shows_reasoning = false;
  EXPECT_EQ(chat_request_body({}, request), begin + always + end);
  request.tools.clear();
  request.sampling.response_format->kind = ResponseFormat::Kind::json_object;
  const std::string body = chat_request_body({}, request);
  EXPECT_EQ(body.find("tool"), std::string::npos) << "without tools there is nothing to choose";
  EXPECT_NE(body.find(R"("response_format":{"type":"json_object"})"), std::string::npos);
}

TEST(ChatRequestBody, K8ChoicesAndNumbersOfEveryKindAreValidJson) {
  GenerationRequest request = request_of("Hi");
  request.tools = {{"play", "", ""}};
  request.model.sampling_allowed = request.model.shows_reasoning = true;
  const auto has = [&](std::string_view text) {
    return chat_request_body({}, request).find(text) != std::string::npos;
  };
  for (const auto& [mode, text] : {std::pair(ToolChoice::Mode::automatic, R"("tool_choice":"auto",)"),
                                   std::pair(ToolChoice::Mode::none, R"("tool_choice":"none",)"),
                                   std::pair(ToolChoice::Mode::required, R"("tool_choice":"required",)")}) {
    request.sampling.tool_choice = ToolChoice{mode, ""};
    EXPECT_TRUE(has(text));
  }
  request.sampling.temperature = std::numeric_limits<double>::quiet_NaN();
  request.sampling.top_p = std::numeric_limits<double>::infinity();
  request.sampling.effort = "low\",\"model\":\"x";
  EXPECT_FALSE(has("temperature") || has("top_p") || has("effort"));
  request.sampling.max_output = {1'000};
  EXPECT_TRUE(has(R"("max_completion_tokens":99)")) << "the entry is the limit";
}

TEST(ChatRequestBody, K8ImagesAndFilesStandAmongTheTexts) {
  GenerationRequest request = request_of("What is this?");
  request.messages[0].name = "bob";
  request.messages[0].parts.emplace_back(Image{{"image/png", "\x01\x02\x03\x04", ""}, "low"});
  request.messages[0].parts.emplace_back(Text{"And this?"});
  request.messages[0].parts.emplace_back(Image{{"", "", "https://a/b.png"}, ""});
  request.messages[0].parts.emplace_back(File{{"application/pdf", "abc", ""}, "a.pdf"});
  request.model.images_allowed = request.model.files_allowed = true;
  EXPECT_NE(
      chat_request_body({}, request)
          .find(
              R"("messages":[{"role":"user","name":"bob","content":[)"
              R"({"type":"text","text":"What is this?"},)"
              R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AQIDBA==","detail":"low"}},)"
              R"({"type":"text","text":"And this?"},)"
              R"({"type":"image_url","image_url":{"url":"https://a/b.png"}},)"
              R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,YWJj"}}]}])"),
      std::string::npos)
      << chat_request_body({}, request);
  request.model.images_allowed = request.model.files_allowed = false;
  EXPECT_NE(chat_request_body({}, request)
                .find(R"("content":"What is this?\n\n[image]\n\nAnd this?\n\n[image]\n\n[file: a.pdf]"})"),
            std::string::npos)
      << "a model that takes none reads that there was one";
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
