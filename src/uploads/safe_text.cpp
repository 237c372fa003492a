#include "uploads/safe_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.hpp"

namespace belay::uploads {
namespace {

constexpr std::string_view kCut = "…";

bool starts_formula(std::string_view text) {
  constexpr std::array<std::string_view, 8> kStarts = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  const bool starts = std::any_of(kStarts.begin(), kStarts.end(),
                                  [&](std::string_view start) { return text.starts_with(start); });
  double number = 0;
  return starts && !read_number(text, number);
}

// DEL, and C1 (U+0080 to U+009F) whose bytes are C2 80 to C2 9F.
bool is_c1(std::string_view text, std::size_t at) {
  return text[at] == '\xC2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\t' || c == '\r') {
      if (c != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += ' ';
    } else if (is_c1(text, i)) {
      ++i;
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string safe_text(std::string_view text) {
  std::string out = without_controls(text);
  if (starts_formula(trimmed(out))) out.insert(out.begin(), '\'');
  return out;
}

std::string safe_text(std::string_view text, std::size_t max_bytes) {
  // What is removed is at most the text itself; no more than this is ever looked at.
  constexpr std::size_t kMaxRead = 4'096;
  const std::size_t read = valid_utf8_prefix(text.substr(0, std::max(kMaxRead, max_bytes)));
  std::string out = safe_text(text.substr(0, read));
  if (read == text.size() && out.size() <= max_bytes) return out;
  const std::size_t keep = max_bytes < kCut.size() ? 0 : max_bytes - kCut.size();
  out.resize(valid_utf8_prefix(std::string_view(out).substr(0, keep)));
  if (max_bytes >= kCut.size()) out += kCut;
  return out;
}

bool read_number(std::string_view text, double& number) {
  text = trimmed(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  // from_chars also reads "inf" and "nan".
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != text.npos) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return false;
  number = value;
  return true;
}

}  // namespace belay::uploads
