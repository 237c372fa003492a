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

TEST(ResponsesProtocol, K8SaysAllThatTheRequestWantsWhereTheModelTakesIt) {
  GenerationRequest request = request_of("Hi");
  request.tools = {{"play", "", R"({"type":"object"})", true}};
  request.sampling.temperature = 1.5;
  request.sampling.top_p = 0.9;
  request.sampling.presence_penalty = 1;
  request.sampling.seed = 7;
  request.sampling.stop = {"END"};
  request.sampling.max_output = {50};
  request.sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "play"};
  request.sampling.parallel_tool_calls = true;
  request.sampling.response_format =
      ResponseFormat{ResponseFormat::Kind::json_schema, "answer", "", R"({"type":"object"})", false};
  request.sampling.effort = "high";
  request.model.sampling_allowed = request.model.shows_reasoning = true;
  const std::string begin =
      R"({"model":"gpt-x","input":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","strict":true,)"
      R"("name":"play","parameters":{"type":"object"}}],"max_output_tokens":50)";
  const std::string rest =
      R"(,"tool_choice":{"type":"function","name":"play"},"parallel_tool_calls":true,)"
      R"("text":{"format":{"type":"json_schema","name":"answer","schema":{"type":"object"}}},)"
      R"("stream":true,"store":false})";
  EXPECT_EQ(
      responses_request_body({}, request),
      begin + R"(,"reasoning":{"summary":"auto","effort":"high"},"temperature":1.5,"top_p":0.9)" + rest);
  request.model.sampling_allowed = request.model.shows_reasoning = false;
  EXPECT_EQ(responses_request_body({}, request), begin + rest);
  request.sampling.response_format->kind = ResponseFormat::Kind::json_object;
  request.sampling.tool_choice->mode = ToolChoice::Mode::required;
  EXPECT_NE(
      responses_request_body({}, request)
          .find(
              R"("tool_choice":"required","parallel_tool_calls":true,"text":{"format":{"type":"json_object"}})"),
      std::string::npos);
}

TEST(ResponsesProtocol, K8ImagesAndFilesStandAmongTheTexts) {
  GenerationRequest request = request_of("What is this?");
  request.messages[0].parts.emplace_back(Image{{"image/png", "\x01\x02\x03\x04", ""}, "low"});
  request.messages[0].parts.emplace_back(Image{{"", "", "https://a/b.png"}, ""});
  request.messages[0].parts.emplace_back(File{{"application/pdf", "abc", ""}, "a.pdf"});
  request.messages[0].parts.emplace_back(File{{"", "", "https://a/b.pdf"}, ""});
  request.model.images_allowed = request.model.files_allowed = true;
  EXPECT_NE(
      responses_request_body({}, request)
          .find(R"("input":[{"role":"user","content":[{"type":"input_text","text":"What is this?"},)"
                R"({"type":"input_image","image_url":"data:image/png;base64,AQIDBA==","detail":"low"},)"
                R"({"type":"input_image","image_url":"https://a/b.png"},)"
                R"({"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,YWJj"},)"
                R"({"type":"input_file","file_url":"https://a/b.pdf"}]}])"),
      std::string::npos)
      << responses_request_body({}, request);
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
  request.sampling.temperature = 0.5;
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
