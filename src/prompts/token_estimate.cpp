#include "prompts/token_estimate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "base/utf8.hpp"

namespace belay::prompts {
namespace {

// Weights are in twelfths of a token.
constexpr std::uint64_t kToken = 12;
constexpr std::uint64_t kBrokenByte = 14;
constexpr std::uint64_t kMessageOverhead = 8;  // tokens

constexpr std::array<std::uint8_t, 128> ascii_weights() {
  std::array<std::uint8_t, 128> weights{};
  weights.fill(kToken);  // digits, punctuation, controls
  weights[' '] = 2;      // usually part of the next word
  for (int c = 'A'; c <= 'Z'; ++c) weights[c] = 10;
  for (int c = 'a'; c <= 'z'; ++c) weights[c] = 5;
  // The most common letters of English count least. Words in other languages, keys and encoded bytes contain
  // rarer letters, and tokenizers split them into more pieces.
  for (const char c : {'e', 't', 'a', 'o', 'i', 'n', 's', 'r', 'h', 'l', 'd'}) weights[c] = 4;
  for (const char c : {'v', 'k', 'j', 'x', 'q', 'z'}) weights[c] = 12;
  return weights;
}
constexpr auto kAscii = ascii_weights();

// The weight applies from this code point to the next row.
struct Range {
  char32_t first;
  std::uint8_t weight;
};
constexpr Range kRanges[] = {
    {0x0080, 21},   // Latin with marks
    {0x0250, 24},   // phonetic, combining marks
    {0x0370, 18},   // Greek
    {0x0400, 15},   // Cyrillic before the Russian alphabet
    {0x0410, 13},   // Russian capitals
    {0x0430, 10},   // Russian small letters
    {0x0450, 24},   // more Cyrillic
    {0x0530, 27},   // Armenian
    {0x0591, 24},   // Hebrew points
    {0x05D0, 15},   // Hebrew letters
    {0x0600, 18},   // Arabic
    {0x064B, 24},   // Arabic vowels
    {0x0660, 18},   // Arabic of other languages
    {0x0700, 24},   // Syriac, Thaana, N'Ko
    {0x0900, 18},   // Devanagari
    {0x0980, 27},   // Bengali
    {0x0A00, 39},   // Gurmukhi, Gujarati, Odia
    {0x0B80, 30},   // Tamil to Sinhala
    {0x0E00, 24},   // Thai
    {0x0E80, 39},   // Lao, Tibetan
    {0x1000, 30},   // Burmese
    {0x10A0, 27},   // Georgian
    {0x1100, 39},   // Hangul parts, Ethiopic, Cherokee, Khmer, Mongolian
    {0x1E00, 30},   // Vietnamese
    {0x1F00, 36},   // ancient Greek
    {0x2000, 24},   // typographic marks
    {0x2070, 30},   // signs
    {0x2E80, 36},   // radicals
    {0x3000, 18},   // CJK punctuation, kana
    {0x3100, 36},   // Bopomofo, enclosed CJK, rare ideographs
    {0x4E00, 21},   // ideographs
    {0xA000, 36},   // Yi, Vai, Javanese
    {0xAC00, 21},   // Hangul
    {0xD7A4, 36},   // private use, presentation forms
    {0xFF00, 24},   // full-width forms
    {0xFFF0, 36},   //
    {0x10000, 48},  // ancient scripts, mathematical letters
    {0x1F000, 36},  // emoji
    {0x1FB00, 48},  // the rest
};

std::uint64_t weight_of(char32_t c) {
  const auto next = std::upper_bound(std::begin(kRanges), std::end(kRanges), c,
                                     [](char32_t value, const Range& range) { return value < range.first; });
  return std::prev(next)->weight;
}

bool is_letter(unsigned char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}

// Decodes the multi-byte character at the front of `text`. `bytes` is its length, or 0 if it is malformed.
struct Decoded {
  char32_t code_point = 0;
  std::size_t bytes = 0;
};
Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (text.size() < size || valid_utf8_prefix(text.substr(0, size)) != size) return {};
  char32_t code_point = lead & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return {code_point, size};
}

// A conservative sum: a file is charged for the text in it, which is at most about its size.
struct PartTokens {
  std::uint64_t operator()(const Text& part) const { return estimate_tokens(part.text).value; }
  std::uint64_t operator()(const ToolCall& part) const {
    return kMessageOverhead + estimate_tokens(part.id).value + estimate_tokens(part.name).value +
           estimate_tokens(part.arguments).value;
  }
  std::uint64_t operator()(const ToolResult& part) const {
    return kMessageOverhead + estimate_tokens(part.call_id).value + estimate_tokens(part.text).value;
  }
  std::uint64_t operator()(const Reasoning& part) const { return estimate_tokens(part.text).value; }
  std::uint64_t operator()(const Image&) const { return kImageTokens; }
  std::uint64_t operator()(const File& part) const {
    return std::max<std::uint64_t>(kImageTokens, part.media.data.size() / kFileBytesPerToken);
  }

  static constexpr std::uint64_t kImageTokens = 1'600;
  static constexpr std::uint64_t kFileBytesPerToken = 3;
};

}  // namespace

TokenCount estimate_tokens(std::string_view text) {
  std::uint64_t sum = 0;
  // The weight of the current run of ASCII letters. A run counts at least one token.
  std::uint64_t word = 0;
  const auto end_word = [&] {
    if (word != 0) sum += std::max(word, kToken);
    word = 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (is_letter(byte)) {
      word += kAscii[byte];
      ++i;
      continue;
    }
    end_word();
    if (byte < 0x80) {
      sum += kAscii[byte];
      ++i;
      continue;
    }
    const Decoded decoded = decode(text.substr(i));
    sum += decoded.bytes == 0 ? kBrokenByte : weight_of(decoded.code_point);
    i += std::max<std::size_t>(decoded.bytes, 1);
  }
  end_word();
  return {(sum + kToken - 1) / kToken};
}

TokenCount message_tokens(const Message& message) {
  std::uint64_t tokens = kMessageOverhead + estimate_tokens(message.name).value;
  for (const Part& part : message.parts) tokens += std::visit(PartTokens(), part);
  return {tokens};
}

TokenCount message_tokens(std::string_view content) {
  return {estimate_tokens(content).value + kMessageOverhead};
}

}  // namespace belay::prompts
