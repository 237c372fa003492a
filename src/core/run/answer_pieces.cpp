#include "core/run/answer_pieces.hpp"

#include <algorithm>
#include <cassert>

namespace belay {
namespace {

constexpr std::size_t kLong = 1000;  // bytes

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}
// Closes a quotation, a bracket or an emphasis.
bool closes(std::string_view text) {
  if (std::string_view("\"')]*_`").find(text.back()) != std::string_view::npos) return true;
  return ends_with(text, "\u201D") || ends_with(text, "\u2019") || ends_with(text, "\u00BB");
}
bool is_wide_stop(std::string_view text) {
  return ends_with(text, "\u3002") || ends_with(text, "\uFF01") || ends_with(text, "\uFF1F");
}

}  // namespace

void AnswerPieces::push(std::string_view text) {
  text_.append(text);
  for (; scanned_ < text_.size(); ++scanned_) scan(scanned_);
}

void AnswerPieces::scan(std::size_t at) {
  const char c = text_[at];
  const bool is_inside = (static_cast<unsigned char>(c) & 0xC0) == 0x80 && at + 1 < text_.size() &&
                         (static_cast<unsigned char>(text_[at + 1]) & 0xC0) == 0x80;
  if (is_inside || static_cast<unsigned char>(c) >= 0xC0) return;  // the last byte of a character decides
  const std::string_view so_far(text_.data(), at + 1);
  if (is_space(c)) {
    const bool is_long = at - complete_ >= kLong;
    if (c == '\n' || sentence_over_ || is_long) complete_ = at + 1;
    if (c == '\n' || !sentence_over_) sentence_over_ = false;
  } else if (is_wide_stop(so_far)) {
    complete_ = at + 1;
    sentence_over_ = true;
  } else if (c == '!' || c == '?' || ends_with(so_far, "\u2026")) {
    sentence_over_ = true;
  } else if (c == '.') {
    sentence_over_ = ends_sentence(at);
  } else if (!closes(so_far)) {
    sentence_over_ = false;
  }
}

bool AnswerPieces::ends_sentence(std::size_t stop) const {
  std::size_t begin = stop;
  while (begin > 0 && (is_letter(text_[begin - 1]) || is_digit(text_[begin - 1]))) --begin;
  const std::string_view word(text_.data() + begin, stop - begin);
  if (word.size() == 1 && is_letter(word[0]) && word[0] != 'I') return false;
  if (word.empty() || !std::all_of(word.begin(), word.end(), is_digit)) return true;
  while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '*')) --begin;
  return begin != 0 && text_[begin - 1] != '\n';
}

std::string_view AnswerPieces::take() {
  const std::string_view piece(text_.data() + taken_, complete_ - taken_);
  if (std::all_of(piece.begin(), piece.end(), is_space)) return {};
  return take_to(complete_);
}

std::string_view AnswerPieces::take_rest() {
  return take_to(text_.size());
}

std::string_view AnswerPieces::take_to(std::size_t end) {
  const std::string_view piece(text_.data() + taken_, end - taken_);
  taken_ = complete_ = end;
  return piece;
}

void AnswerPieces::skip_to(std::size_t taken) {
  taken_ = std::min(taken, text_.size());
  complete_ = std::max(complete_, taken_);
}

}  // namespace belay
