#include "providers/failures.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/result.hpp"
#include "providers/error_object.hpp"

namespace belay::providers {
namespace {

std::string lower(std::string_view text) {
  constexpr std::size_t kMost = 128;
  std::string out(text.substr(0, kMost));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

// A part of a type or code, and the status that it stands for where the response itself says 200.
struct Hint {
  std::string_view part;
  int status;
};
constexpr std::array kHints = {
    Hint{"rate_limit", 429},     Hint{"slow_down", 429},   Hint{"too many requests", 429},
    Hint{"overloaded", 529},     Hint{"unavailable", 503}, Hint{"timeout", 504},
    Hint{"server_error", 500},   Hint{"internal", 500},    Hint{"api_error", 500},
    Hint{"authentication", 401}, Hint{"api_key", 401},     Hint{"permission", 403},
    Hint{"not_found", 404},      Hint{"invalid", 400},
};
constexpr std::array<std::string_view, 6> kUsedUp = {
    "insufficient_quota", "credit_balance", "billing", "quota_exceeded", "spend_limit", "payment_required"};

}  // namespace

StatusMeaning meaning_of(const ServerError& error) {
  const std::string text = lower(error.type) + " " + lower(error.code);
  const auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };

  if (std::any_of(kUsedUp.begin(), kUsedUp.end(), says)) return meaning_of_used_up_account();
  if (says("content_filter") || says("content_policy"))
    return {ErrorCode::provider_content_filter, false, "The provider's content filter withheld the answer."};
  if (says("context_length"))
    return {ErrorCode::provider_rejected, false,
            "The conversation is too long for the model. Shorten it, or use a larger model."};
  if (says("model_not_found")) return meaning_of_status(404);
  if (error.status >= 300) return meaning_of_status(error.status);

  const auto hint =
      std::find_if(kHints.begin(), kHints.end(), [&](const Hint& one) { return says(one.part); });
  if (hint != kHints.end()) return meaning_of_status(hint->status);
  return {ErrorCode::provider_unavailable, true,
          "The provider reported an error instead of an answer. Try again."};
}

FailedAttempt failed_attempt(const StatusMeaning& meaning) {
  FailedAttempt failed;
  failed.error = make_error(meaning.code, std::string(meaning.text));
  failed.may_retry = meaning.may_retry;
  return failed;
}

FailedAttempt broken_answer(std::string text) {
  FailedAttempt failed;
  failed.error = make_error(ErrorCode::provider_broken, std::move(text));
  return failed;
}

std::optional<ReportedError> read_reported_error(JsonBuffer& buffer, std::string_view text) {
  std::optional<ReportedError> error;
  ReportedError top;  // xAI puts the code beside the error
  const bool read = buffer.read(text, [&](json::object root) {
    return json::each_member(root, [&](std::string_view key, json::value member) {
      if (key == "error") return json::read_error(member, error);
      if (key == "code") return json::read_error_code(member, top);
      return json::SUCCESS;
    });
  });
  if (!read || !error) return std::nullopt;
  if (error->code.empty() && error->status == 0) {
    error->code = top.code;
    error->status = top.status;
  }
  return error;
}

}  // namespace belay::providers
