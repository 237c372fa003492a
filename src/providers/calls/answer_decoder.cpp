#include "providers/calls/answer_decoder.hpp"

#include <algorithm>
#include <array>

#include "providers/finish_reasons.hpp"
#include "providers/json_reading.hpp"

namespace belay::providers {
namespace {

// If the white space before the first word is longer than this, it is no longer held back.
constexpr std::size_t kMaxHeldSpace = 4096;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

// Data that gateways send to keep a connection open: "ping", "[KEEPALIVE]", ": keep-alive", null.
bool is_keep_alive(std::string_view data) {
  constexpr std::array<std::string_view, 7> kWords = {"ping",       "pong",      "keepalive", "keep-alive",
                                                      "keep_alive", "heartbeat", "null"};
  constexpr std::string_view kAround = "[]\"': ";
  const std::size_t first = data.find_first_not_of(kAround);
  if (first == std::string_view::npos) return true;
  data = data.substr(first, data.find_last_not_of(kAround) - first + 1);
  constexpr auto same_letter = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? (b | 0x20) : b); };
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return std::equal(word.begin(), word.end(), data.begin(), data.end(), same_letter);
  });
}

// Whether events with this name contain the answer. Their data must be JSON.
bool is_of_the_answer(std::string_view type) {
  constexpr std::array<std::string_view, 5> kBegins = {"message", "content_block", "response", "chat.",
                                                       "completion"};
  return type.empty() || std::any_of(kBegins.begin(), kBegins.end(),
                                     [&](std::string_view begin) { return type.starts_with(begin); });
}

}  // namespace

AnswerDecoder::AnswerDecoder(Parts parts)
    : parts_(std::move(parts)),
      events_(parts_.config.max_event_bytes.value),
      tool_calls_(parts_.config, parts_.label) {}

AnswerDecoder::Failure AnswerDecoder::push(std::string_view bytes) {
  if (const auto pushed = events_.push(bytes, *this); !pushed && !failure_)
    failure_ = unreadable_answer(pushed.error().detail + " Raise max_event_bytes if it should be taken.");
  return failure_;
}

AnswerDecoder::Failure AnswerDecoder::push_whole(std::string_view text) {
  take_whole(text);
  return failure_;
}

SseParser::Flow AnswerDecoder::on_event(const SseEvent& event) {
  if (event.data.starts_with('{') || !handle_non_json_event(event)) take_event(event);
  if (parts_.streams_calls && !failure_ && !tool_calls_.empty()) tell_calls();
  return done_ || failure_ ? SseParser::Flow::stop : SseParser::Flow::more;
}

void AnswerDecoder::tell_calls() {
  tool_calls_.tell(parts_.sink);
  delivered_ |= tool_calls_.has_sent();
}

// Handles data that is not a JSON object. Returns true if the event needs no further handling.
bool AnswerDecoder::handle_non_json_event(const SseEvent& event) {
  const std::string_view data = trimmed(event.data);
  if (data.starts_with('{')) return false;
  if (event.type == "error") {
    fail(ServerError());
    return true;
  }
  if (data == "[DONE]") {
    take_done();
    return true;
  }
  return data.empty() || is_keep_alive(data) || !is_of_the_answer(event.type);
}

void AnswerDecoder::begin_again() {
  events_ = SseParser(parts_.config.max_event_bytes.value);
  failure_.reset();
}

void AnswerDecoder::tell(std::string_view text) {
  if (text.empty() || failure_) return;
  progress_ = true;
  const bool is_whole = !parts_.json.has_placeholders() && !joiner_.holding();
  if (is_whole && has_words_) return deliver(text);
  if (!is_whole) {
    joined_.clear();
    joiner_.push(text, parts_.json.has_placeholders(), joined_);
    text = joined_;
  }
  deliver_joined_text(text);
}

void AnswerDecoder::deliver_joined_text(std::string_view text) {
  if (text.empty() || failure_) return;
  if (!has_words_) has_words_ = !is_blank(text);
  if (parts_.has_words) return deliver(text);
  parts_.has_words = has_words_;
  if (parts_.has_words && held_space_.empty()) return deliver(text);
  held_space_ += text;
  if (!parts_.has_words && held_space_.size() <= kMaxHeldSpace) return;
  deliver(std::exchange(held_space_, {}));
}

void AnswerDecoder::deliver(std::string_view text) {
  if (!parts_.overlap.take(text))
    return fail(
        unreadable_answer("The provider went on with another answer than the one that it had begun."));
  if (text.empty()) return;
  delivered_ = true;
  parts_.sink.on_text(text);
}

void AnswerDecoder::tell_reasoning(std::string_view text) {
  set_progress();
  if (!parts_.shows_reasoning || text.empty() || failure_) return;
  if (parts_.json.has_placeholders() || reasoning_joiner_.holding()) {
    joined_.clear();
    reasoning_joiner_.push(text, parts_.json.has_placeholders(), joined_);
    text = joined_;
  }
  if (text.empty()) return;
  reasoned_ = true;
  parts_.sink.on_reasoning(text);
}

void AnswerDecoder::report_usage(Usage usage) {
  // Every answer has a prompt, and every answer with words has output tokens. So a count of zero means that
  // the server does not count, and the usage is estimated.
  const bool has_output = has_words_ || !tool_calls_.empty();
  usage.estimated |= usage.input.value == 0 || (has_output && usage.output.value == 0);
  counted_ = usage;
  usage.input.value += parts_.spent.input.value;
  usage.output.value += parts_.spent.output.value;
  usage.cached.value += parts_.spent.cached.value;
  usage.reasoning.value += parts_.spent.reasoning.value;
  parts_.sink.on_usage(usage);
}

void AnswerDecoder::fail(FailedAttempt failed) {
  if (!failure_) failure_ = std::move(failed);
}

void AnswerDecoder::give_up(FailedAttempt failed) {
  if (!given_up_) given_up_ = std::move(failed);
}

void AnswerDecoder::check(const Result<>& result) {
  if (!result) fail(unreadable_answer(result.error().advice));
}

void AnswerDecoder::take_finish_reason(std::string_view text) {
  const auto said = read_finish_reason(text);
  if (!said) return;
  set_progress();
  if (!said->reason) return give_up(answer_aborted());
  finish_ = said->reason;
}

AnswerDecoder::Failure AnswerDecoder::finish() {
  if (failure_) return failure_;
  take_rest();
  if (joiner_.holding()) {
    joined_.clear();
    joiner_.finish(joined_);
    deliver_joined_text(joined_);
  }
  auto calls = tool_calls_.finish(finish_ == FinishReason::length);
  if (!calls) check(calls.error());
  check_end(calls ? calls->size() : 0);
  if (failure_) return failure_;
  if (parts_.streams_calls)
    tool_calls_.tell_whole(std::move(*calls), parts_.sink);
  else
    for (ToolCall& call : *calls) parts_.sink.on_tool_call(std::move(call));
  return std::nullopt;
}

// Checks whether the answer is complete, and fails if it is not.
void AnswerDecoder::check_end(std::size_t calls) {
  const bool says_nothing = !parts_.has_words && calls == 0;
  if (given_up_) return fail(*given_up_);
  if (!parts_.overlap.over())
    return fail(cut_answer("The provider's stream ended before what it had said before."));
  if (!finish_) {
    if (!parts_.config.lenient_end || says_nothing)
      return fail(cut_answer(
          "The provider's stream ended without a finish reason. If this server never sends one, set "
          "lenient_end for it."));
    finish_ = calls == 0 ? FinishReason::stop : FinishReason::tool_calls;
  }
  if (says_nothing && *finish_ != FinishReason::content_filter)
    fail(blank_answer(*finish_ == FinishReason::length));
}

}  // namespace belay::providers
