#include "core/types/conversation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

namespace belay {
namespace {

// Parses numbers that are separated by dots ("12.7.1"); there must be as many as `out` holds.
bool parse_numbers(std::string_view text, std::span<std::uint64_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t dot = i + 1 == out.size() ? text.size() : text.find('.');
    if (dot == text.npos || dot == 0) return false;
    const auto read = std::from_chars(text.data(), text.data() + dot, out[i]);
    if (read.ec != std::errc{} || read.ptr != text.data() + dot || out[i] > INT64_MAX) return false;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

}  // namespace

std::optional<MessagePlace> MessagePlace::parse(std::string_view text) {
  std::array<std::uint64_t, 3> numbers{};
  if (!parse_numbers(text, numbers) || numbers[2] < 1 || numbers[2] > 2) return std::nullopt;
  return MessagePlace{{static_cast<std::int64_t>(numbers[0])}, numbers[1], static_cast<Role>(numbers[2])};
}

std::string MessagePlace::text() const {
  return fmt::format("{}.{}.{}", run_time.ms, sequence, static_cast<int>(role));
}

std::optional<ConversationPlace> ConversationPlace::parse(std::string_view text) {
  std::array<std::uint64_t, 2> numbers{};
  if (!parse_numbers(text, numbers)) return std::nullopt;
  return ConversationPlace{{static_cast<std::int64_t>(numbers[0])}, numbers[1]};
}

std::string ConversationPlace::text() const {
  return fmt::format("{}.{}", updated.ms, row);
}

}  // namespace belay
