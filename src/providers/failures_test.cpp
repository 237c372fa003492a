#include "providers/failures.hpp"

#include <gtest/gtest.h>

#include "providers/json_reading.hpp"

namespace belay::providers {
namespace {

TEST(Failures, X7FollowTheTable) {
  struct Case {
    ServerError error;
    ErrorCode code;
    bool may_retry;
  };
  const Case cases[] = {
      {{400, "invalid_request_error", ""}, ErrorCode::provider_rejected, false},
      {{400, "invalid_request_error", "context_length_exceeded"}, ErrorCode::provider_rejected, false},
      {{400, "", "content_policy_violation"}, ErrorCode::provider_content_filter, false},
      {{401, "", "invalid_api_key"}, ErrorCode::provider_rejected, false},
      {{402, "billing_error", ""}, ErrorCode::provider_rejected, false},
      {{403, "", ""}, ErrorCode::provider_rejected, false},
      {{404, "", "model_not_found"}, ErrorCode::provider_rejected, false},
      {{408, "", ""}, ErrorCode::provider_timeout, true},
      {{409, "", ""}, ErrorCode::provider_unavailable, true},
      {{413, "", ""}, ErrorCode::provider_rejected, false},
      {{418, "", ""}, ErrorCode::provider_rejected, false},
      {{429, "", "rate_limit_exceeded"}, ErrorCode::provider_rate_limited, true},
      {{429, "", "slow_down"}, ErrorCode::provider_rate_limited, true},
      {{429, "insufficient_quota", "insufficient_quota"}, ErrorCode::provider_rejected, false},
      {{429, "", "credit_balance_exhausted"}, ErrorCode::provider_rejected, false},
      {{500, "server_error", ""}, ErrorCode::provider_unavailable, true},
      {{502, "", ""}, ErrorCode::provider_unavailable, true},
      {{503, "", "overloaded"}, ErrorCode::provider_unavailable, true},
      {{504, "", ""}, ErrorCode::provider_timeout, true},
      {{529, "", ""}, ErrorCode::provider_unavailable, true},
      {{307, "", ""}, ErrorCode::provider_rejected, false},
      {{600, "", ""}, ErrorCode::provider_broken, false},
      // Within a stream, or in a response with status 200:
      {{200, "server_error", ""}, ErrorCode::provider_unavailable, true},
      {{200, "", "The service is currently unavailable"}, ErrorCode::provider_unavailable, true},
      {{200, "rate_limit_error", ""}, ErrorCode::provider_rate_limited, true},
      {{200, "invalid_request_error", ""}, ErrorCode::provider_rejected, false},
      {{200, "", "insufficient_quota"}, ErrorCode::provider_rejected, false},
      {{200, "something new", ""}, ErrorCode::provider_unavailable, true},
      {{0, "", ""}, ErrorCode::provider_unavailable, true},
  };
  for (const Case& c : cases) {
    const StatusMeaning meaning = meaning_of(c.error);
    EXPECT_EQ(meaning.code, c.code) << c.error.status << ' ' << c.error.type << ' ' << c.error.code;
    EXPECT_EQ(meaning.may_retry, c.may_retry) << c.error.status << ' ' << c.error.type << ' ' << c.error.code;
    EXPECT_FALSE(meaning.text.empty());
  }
}

// Complete bodies, as the servers send them.
TEST(Failures, X7TheConversationIsTooLongInEveryServersWords) {
  struct Case {
    const char* server;
    int status;
    const char* body;
  };
  const Case
      cases
          [] =
              {
                  {"OpenAI", 400,
                   R"({"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})"},
                  {"OpenAI, Responses", 400,
                   R"({"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","code":"context_length_exceeded"}})"},
                  {"OpenAI, one request beyond the rate", 429,
                   R"({"error":{"message":"Request too large for gpt-6-sol in organization org-x on tokens per min (TPM): Limit 30000, Requested 41000.","type":"tokens","code":"rate_limit_exceeded"}})"},
                  {"Anthropic", 400,
                   R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"},"request_id":"req_1"})"},
                  {"Anthropic, with its answer", 400,
                   R"({"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again"}})"},
                  {"Anthropic, by size", 413,
                   R"({"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}})"},
                  {"xAI", 400,
                   R"({"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."})"},
                  {"llama.cpp", 400,
                   R"({"error":{"code":400,"message":"request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})"},
                  {"llama.cpp under 500", 500,
                   R"({"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}})"},
                  {"vLLM", 400,
                   R"({"error":{"message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).","type":"BadRequestError","param":null,"code":400}})"},
                  {"vLLM, older", 400,
                   R"({"object":"error","message":"The decoder prompt (length 40000) is longer than the maximum model length of 32768.","type":"BadRequestError","param":null,"code":400})"},
                  {"SGLang", 400,
                   R"({"object":"error","message":"The input (9000 tokens) is longer than the model's context length (8192 tokens).","type":"BadRequestError","code":400})"},
                  {"Ollama", 400,
                   R"({"error":{"message":"prompt too long; exceeded max context length by 812 tokens","type":"api_error"}})"},
                  {"Ollama, a text", 500, R"({"error":"the input length exceeds the context length"})"},
                  {"LM Studio", 400,
                   R"({"error":"Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough."})"},
                  {"Mistral", 400,
                   R"({"object":"error","message":"Prompt contains 40960 tokens and 0 draft tokens, too large for model with 32768 maximum context length","type":"invalid_request_prompt","param":null,"code":"3051"})"},
                  {"OpenRouter", 400,
                   R"({"error":{"message":"This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens (199000 of text input, 1000 in the output). Please reduce the length of either one.","code":400}})"},
                  {"OpenRouter, of the server behind it", 400, R"({"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"prompt is too long: 210000 tokens > 200000 maximum\"}}","provider_name":"X"}}})"},
                  {"Gemini", 400,
                   R"([{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])"},
                  {"DeepSeek", 400,
                   R"({"error":{"message":"This model's maximum context length is 131072 tokens. However, you requested 131329 tokens","type":"invalid_request_error","code":"invalid_request_error"}})"},
                  {"Groq", 400,
                   R"({"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","code":"context_length_exceeded"}})"},
                  {"Moonshot", 400,
                   R"({"error":{"message":"Invalid request: Your request exceeded model token limit: 8192","type":"invalid_request_error"}})"},
                  {"Z.ai", 400, R"({"error":{"code":"1261","message":"Prompt too long"}})"},
                  {"MiniMax", 400,
                   R"({"error":{"type":"invalid_request_error","message":"invalid params, context window exceeds limit (2013)."}})"},
                  {"Qwen", 400,
                   R"({"error":{"code":"invalid_parameter_error","message":"Range of input length should be [1, 30720]","type":"invalid_request_error"}})"},
                  {"GitHub", 413,
                   R"({"error":{"code":"tokens_limit_reached","message":"Request body too large for gpt-4o model. Max size: 8000 tokens."}})"},
                  {"TGI", 422,
                   R"({"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000","error_type":"validation"})"},
                  {"a framework", 500, R"({"detail":"This model's maximum context length is 4096 tokens"})"},
                  {"within a stream", 200,
                   R"({"error":{"message":"Context size has been exceeded.","type":"server_error"}})"},
              };
  JsonBuffer buffer;
  for (const Case& c : cases) {
    const auto reported = read_reported_error(buffer, c.body, c.status >= 300);
    ASSERT_TRUE(reported) << c.server;
    ServerError error = server_error(*reported);
    error.status = c.status;
    const StatusMeaning meaning = meaning_of(error);
    EXPECT_EQ(meaning.code, ErrorCode::provider_rejected) << c.server;
    EXPECT_FALSE(meaning.may_retry) << c.server;
    EXPECT_NE(meaning.text.find("too long"), std::string::npos) << c.server << ": " << meaning.text;
  }
}

TEST(Failures, WhatOnlySoundsLikeTooLongIsNot) {
  struct Case {
    int status;
    const char* message;
    ErrorCode code;
  };
  for (const Case& c :
       {Case{429,
             "Rate limit reached for gpt-6-sol on tokens per min: Limit 30000, Used 29000, Requested 3000",
             ErrorCode::provider_rate_limited},
        Case{429, "Too many tokens, please wait before trying again", ErrorCode::provider_rate_limited},
        Case{503, "The model is overloaded", ErrorCode::provider_unavailable},
        Case{500, "The request took too long", ErrorCode::provider_unavailable}}) {
    ServerError error;
    error.status = c.status;
    error.message = c.message;
    EXPECT_EQ(meaning_of(error).code, c.code) << c.message;
    EXPECT_TRUE(meaning_of(error).may_retry) << c.message;
  }
}

TEST(Failures, ErrorObjectsOfManyFormsAreRead) {
  struct Case {
    const char* body;
    ErrorCode code;
  };
  JsonBuffer buffer;
  for (const Case& c :
       {Case{R"({"error":{"code":"429"}})", ErrorCode::provider_rate_limited},
        Case{R"([{"error":{"status":"RESOURCE_EXHAUSTED"}}])", ErrorCode::provider_rate_limited},
        Case{R"({"object":"error","type":"overloaded_error"})", ErrorCode::provider_unavailable},
        Case{R"({"error":"long text"})", ErrorCode::provider_unavailable}}) {
    const auto reported = read_reported_error(buffer, c.body, false);
    ASSERT_TRUE(reported) << c.body;
    EXPECT_EQ(meaning_of(server_error(*reported)).code, c.code) << c.body;
  }
  for (const char* none : {"", "[]", "{}", "<html>", R"({"message":"hello"})", R"({"choices":[]})"})
    EXPECT_FALSE(read_reported_error(buffer, none, false)) << none;
}

// Users see what happened and what they can do. The rest is for the operator.
TEST(Failures, X7UsersAreToldNothingOfSettings) {
  for (int status = 300; status < 620; ++status) {
    const StatusMeaning meaning = meaning_of_status(status);
    for (const char* word :
         {"base_url", "catalogue", "billing", "key", "configuration", "upstream", "redirect"})
      EXPECT_EQ(meaning.text.find(word), std::string::npos) << meaning.text;
  }
}

}  // namespace
}  // namespace belay::providers
