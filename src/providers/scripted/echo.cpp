#include "providers/scripted/echo.hpp"

#include <algorithm>
#include <charconv>

#include "providers/scripted/answer_text.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kMark = "echo:";

// Returns the text after the mark.
std::optional<std::string_view> behind_mark(std::string_view message) {
  if (message.starts_with(kMark)) return message.substr(kMark.size());
  const std::size_t line = message.find("\necho:");
  if (line == std::string_view::npos) return std::nullopt;
  return message.substr(line + 1 + kMark.size());
}

// Removes " @50/s" from the end, if it is there, and returns the pace.
std::optional<double> take_pace(std::string_view& text) {
  constexpr std::string_view kUnit = "/s";
  if (!text.ends_with(kUnit)) return std::nullopt;
  const std::size_t at = text.rfind(" @");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(at + 2, text.size() - at - 2 - kUnit.size());
  double pace = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), pace, std::chars_format::fixed);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  text = text.substr(0, at);
  return pace;
}

// Returns the count of "200 words", or nothing if the text has another form.
std::optional<std::string_view> word_count(std::string_view text) {
  for (const std::string_view unit : {" words", " word"}) {
    if (!text.ends_with(unit)) continue;
    const std::string_view digits = text.substr(0, text.size() - unit.size());
    if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) return digits;
  }
  return std::nullopt;
}

// Written as a negation so that NaN is rejected too.
Result<> check(const std::optional<double>& pace) {
  if (pace && !(*pace >= 0.001 && *pace <= kMaxPacePerSecond))
    return make_error(ErrorCode::provider_rejected,
                      "The pace of a prompt must be between 0.001/s and 1000000/s.");
  return {};
}

}  // namespace

Result<std::optional<EchoPrompt>> parse_echo(std::string_view message) {
  const auto behind = behind_mark(message);
  if (!behind) return std::optional<EchoPrompt>();
  std::string_view text = *behind;
  EchoPrompt echo;
  echo.pace_per_second = take_pace(text);
  if (const auto fine = check(echo.pace_per_second); !fine) return fine.error();

  if (const auto digits = word_count(text)) {
    std::uint64_t count = 0;
    const auto error = std::from_chars(digits->data(), digits->data() + digits->size(), count).ec;
    if (error != std::errc() || count > kMaxNumberedWords)
      return make_error(ErrorCode::provider_rejected, "An echo prompt may ask for 10000000 words at most.");
    echo.words = count;
  } else {
    echo.text = text;
  }
  return std::optional(std::move(echo));
}

Result<std::optional<CallPrompt>> parse_calls(std::string_view message) {
  constexpr std::string_view kCall = "call:";
  if (!message.starts_with(kCall)) return std::optional<CallPrompt>();
  CallPrompt prompt;
  prompt.pace_per_second = take_pace(message);
  if (const auto fine = check(prompt.pace_per_second); !fine) return fine.error();
  while (message.starts_with(kCall)) {
    const std::string_view line = message.substr(0, std::min(message.find('\n'), message.size()));
    message.remove_prefix(std::min(line.size() + 1, message.size()));
    const std::string_view call = line.substr(kCall.size());
    const std::size_t space = std::min(call.find(' '), call.size());
    ToolCall& made = prompt.calls.emplace_back();
    made.id = "call_" + std::to_string(prompt.calls.size());
    made.name = call.substr(0, space);
    made.arguments = call.substr(std::min(space + 1, call.size()));
    if (made.arguments.empty()) made.arguments = "{}";
    if (made.name.empty())
      return make_error(ErrorCode::provider_rejected, "A call needs the name of a tool.");
  }
  return std::optional(std::move(prompt));
}

}  // namespace belay::providers
