#include "providers/text_slot.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace belay::providers {
namespace {

bool is_plain(std::string_view text) {
  bool is_ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == '"' || byte == '\\') return false;
    is_ascii = is_ascii && byte < 0x80;
  }
  return is_ascii || is_valid_utf8(text);
}

}  // namespace

void TextSlot::learn(std::string_view chunk, std::size_t quote, std::string_view text) {
  const std::size_t begin = quote + 1;
  const std::size_t end = begin + text.size();
  around_.clear();
  if (end >= chunk.size() || chunk.size() - text.size() > kMaxAround) return;
  if (chunk[quote] != '"' || chunk[end] != '"' || chunk.substr(begin, text.size()) != text) return;
  around_.append(chunk.substr(0, begin)).append(chunk.substr(end));
  before_ = begin;
}

std::optional<std::string_view> TextSlot::find(std::string_view chunk) const {
  if (around_.empty() || chunk.size() < around_.size()) return std::nullopt;
  const std::string_view around = around_;
  if (!chunk.starts_with(around.substr(0, before_)) || !chunk.ends_with(around.substr(before_)))
    return std::nullopt;
  const std::string_view text = chunk.substr(before_, chunk.size() - around.size());
  if (!is_plain(text)) return std::nullopt;
  return text;
}

}  // namespace belay::providers
