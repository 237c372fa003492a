#include "providers/failures.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/result.hpp"
#include "providers/error_object.hpp"

namespace belay::providers {
namespace {

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxMessage = 1024;

void append_lower(std::string_view text, std::size_t max, std::string& out) {
  for (const char c : text.substr(0, max)) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  out += ' ';
}

// A part of an error's type or code, and the status that it means if the response itself has status 200.
struct Hint {
  std::string_view part;
  int status;
};
constexpr std::array kHints = {
    Hint{"rate_limit", 429},        Hint{"slow_down", 429},
    Hint{"too many requests", 429}, Hint{"resource_exhausted", 429},
    Hint{"overloaded", 529},        Hint{"unavailable", 503},
    Hint{"timeout", 504},           Hint{"deadline_exceeded", 504},
    Hint{"server_error", 500},      Hint{"internal", 500},
    Hint{"api_error", 500},         Hint{"authentication", 401},
    Hint{"api_key", 401},           Hint{"permission", 403},
    Hint{"not_found", 404},         Hint{"invalid", 400},
};
constexpr std::array<std::string_view, 6> kUsedUp = {
    "insufficient_quota", "credit_balance", "billing", "quota_exceeded", "spend_limit", "payment_required"};

// The servers' types and codes for "the conversation is too long".
constexpr std::array<std::string_view, 11> kTooLongNames = {
    "context_length",           // OpenAI, Azure, Groq, Cerebras
    "exceed_context_size",      // llama.cpp
    "context_window_exceeded",  // LiteLLM
    "contextwindowexceeded",
    "max_prompt_tokens_exceeded",  // GitHub
    "tokens_limit_reached",
    "string_above_max_length",  // OpenAI, for one message
    "prompt_too_long",
    "input_too_long",
    "request_too_large",  // Anthropic
    "content_too_large",
};
// Parts of the servers' messages for "the conversation is too long".
constexpr std::array<std::string_view, 35> kTooLong = {
    "prompt is too long",                  // Anthropic, Fireworks
    "prompt too long",                     // Ollama, Z.ai
    "exceed context limit",                // Anthropic, for prompt and max_tokens together
    "maximum context length",              // OpenAI, vLLM, SGLang, DeepSeek, OpenRouter, Mistral
    "max context length",                  //
    "context window of this model",        // OpenAI, Responses
    "exceeds the context window",          //
    "exceeds the model's context window",  //
    "context window exceed",               // MiniMax
    "maximum model length",                // vLLM
    "maximum prompt length",               // xAI
    "maximum allowed length",              // SGLang
    "maximum allowed input length",        // GLM, Poolside
    "longer than the model's context",     // SGLang
    "available context size",              // llama.cpp
    "context size has been exceeded",      // llama.cpp
    "configured context size",             //
    "context size exceeded",               //
    "context length exceeded",             //
    "exceeds the context length",          // Ollama
    "exceeds context length",              //
    "greater than the context length",     // LM Studio
    "context length of only",              // LM Studio
    "context length is only",              //
    "maximum number of tokens allowed",    // Google
    "max tokens allowed in",               // Azure's catalogue
    "more than max tokens allowed",        //
    "exceeded model token limit",          // Moonshot
    "reduce the length of the",            // OpenAI, Groq
    "input is too long for",               // Bedrock
    "too large for model",                 // Mistral
    "range of input length should be",     // Qwen
    "prompt exceeds max length",           // Zhipu
    "request body too large for",          // GitHub
    "`max_new_tokens` must be <=",         // TGI
};
// One request alone exceeds the rate limit, so waiting does not help. OpenAI, Groq.
constexpr std::string_view kTooLargeForTheRate = "request too large for";

StatusMeaning too_long() {
  return meaning_of_status(413);
}

template <std::size_t N>
bool says_any(const std::string& text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

bool is_too_long(const ServerError& error, const std::string& names) {
  std::string message;
  append_lower(error.message, kMaxMessage, message);
  append_lower(error.inner_message, kMaxMessage, message);
  if (message.find(kTooLargeForTheRate) != std::string::npos) return true;
  const bool is_rate = error.status == 429 || names.find("rate_limit") != std::string::npos;
  return !is_rate && (says_any(names, kTooLongNames) || says_any(message, kTooLong));
}

FailedAttempt broken(std::string_view text, std::string advice, bool may_retry = false) {
  FailedAttempt failed;
  failed.error = make_error(ErrorCode::provider_broken, std::string(text));
  failed.error.advice = std::move(advice);
  failed.may_retry = may_retry;
  return failed;
}

}  // namespace

ServerError server_error(const ReportedError& reported) {
  return {reported.status, reported.type,    reported.code,
          reported.state,  reported.message, reported.inner_message};
}

StatusMeaning meaning_of(const ServerError& error) {
  std::string names;
  append_lower(error.type, kMaxName, names);
  append_lower(error.code, kMaxName, names);
  append_lower(error.state, kMaxName, names);
  const auto says = [&](std::string_view part) { return names.find(part) != std::string::npos; };

  if (says_any(names, kUsedUp)) return meaning_of_exhausted_account();
  if (says("content_filter") || says("content_policy"))
    return {ErrorCode::provider_content_filter, false,
            "The provider's content filter withheld the answer. Ask in other words.", ""};
  if (is_too_long(error, names)) return too_long();
  if (says("model_not_found")) return meaning_of_status(404);
  if (error.status >= 300) return meaning_of_status(error.status);

  const auto hint =
      std::find_if(kHints.begin(), kHints.end(), [&](const Hint& one) { return says(one.part); });
  if (hint != kHints.end()) return meaning_of_status(hint->status);
  return {ErrorCode::provider_unavailable, true,
          "The provider reported an error instead of an answer. Try again.", ""};
}

FailedAttempt failed_attempt(const StatusMeaning& meaning) {
  FailedAttempt failed;
  failed.error = make_error(meaning.code, std::string(meaning.text));
  failed.error.advice = meaning.advice;
  failed.may_retry = meaning.may_retry;
  return failed;
}

FailedAttempt unreadable_answer(std::string advice) {
  return broken("The provider's answer could not be read. Try again, or choose another model.",
                std::move(advice));
}

FailedAttempt cut_answer(std::string advice) {
  return broken("The provider's answer broke off before its end. Try again.", std::move(advice));
}

FailedAttempt answer_aborted() {
  return broken("The provider broke its answer off. Try again.",
                "The finish reason that the provider sent stands for an error of its own.", true);
}

FailedAttempt blank_answer(bool output_limit_reached) {
  if (output_limit_reached)
    return broken(
        "The model used up the room for its answer before the first word. Ask for less at a time, or choose "
        "another model.",
        "The model thought until its output limit was reached. Raise the model's max_output.");
  return broken("The model gave an empty answer. Try again, or ask in other words.",
                "The answer ended in due form and holds no word: only thoughts, white space, or nothing.",
                true);
}

Error with_advice(Error error, std::string advice) {
  error.advice = std::move(advice);
  return error;
}

std::optional<ReportedError> read_reported_error(JsonBuffer& buffer, std::string_view text, bool is_error) {
  // Google sends a list with one error.
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);

  std::optional<ReportedError> error;
  ReportedError top;  // xAI puts the code next to "error"; others put everything here
  std::string_view object;
  const auto reset = [&] {
    error.reset();
    top = ReportedError();
    object = {};
  };
  const bool read = buffer.read(text, reset, [&](json::object root) {
    return json::each_member(root, [&](std::string_view key, json::value member) {
      if (key == "error") return json::read_error(member, error);
      if (key == "object") return json::read_optional_text(member, object);
      if (key == "detail") return json::read_optional_text(member, top.message);
      return json::read_error_member(key, member, top);
    });
  });
  if (!read) return std::nullopt;
  if (!error) {
    if (!is_error && object != "error" && top.type != "error") return std::nullopt;
    return top;
  }
  if (error->code.empty() && error->status == 0) {
    error->code = top.code;
    error->status = top.status;
  }
  return error;
}

}  // namespace belay::providers
