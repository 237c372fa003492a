#include "uploads/text_input.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace belay::uploads {
namespace {

constexpr std::size_t kMaxPartialCharacter = 3;

}  // namespace

Result<> TextInput::push(std::string_view bytes, std::string& text) {
  size_.value += bytes.size();
  if (size_ > max_file_) {
    Error error = make_error(ErrorCode::payload_too_large, "Upload failed—try a smaller file", "file");
    error.limit = "uploads.max_file";
    return error;
  }
  held_ += bytes;
  if (!started_) {
    if (held_.size() < kHeadBytes) return {};
    if (auto fine = start(); !fine) return fine;
  }
  return take(text);
}

Result<> TextInput::finish(std::string& text) {
  if (!started_)
    if (auto fine = start(); !fine) return fine;
  if (auto fine = take(text); !fine) return fine;
  if (!held_.empty()) return not_utf8();
  return {};
}

Result<> TextInput::start() {
  started_ = true;
  if (auto fine = check_head(held_, format_); !fine) return fine;
  if (held_.starts_with("\xEF\xBB\xBF")) held_.erase(0, 3);
  return {};
}

Result<> TextInput::take(std::string& text) {
  const std::size_t valid = valid_utf8_prefix(held_);
  const std::string_view whole = std::string_view(held_).substr(0, valid);
  const std::size_t zero = whole.find('\0');
  count_lines(whole.substr(0, zero));
  if (zero != whole.npos)
    return unusable(
        fmt::format("Line {} has a zero byte, so this is no plain text. Save the file as {} in "
                    "UTF-8 and upload it again.",
                    line_, to_string(format_)));
  text += whole;
  held_.erase(0, valid);
  if (held_.size() > kMaxPartialCharacter) return not_utf8();
  return {};
}

// A line ends with LF, CR LF or CR.
void TextInput::count_lines(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || (c == '\n' && !after_cr_)) ++line_;
    after_cr_ = c == '\r';
  }
}

Error TextInput::not_utf8() const {
  return unusable(
      fmt::format("Line {} is not in UTF-8. Save the file as {} in UTF-8 and "
                  "upload it again.",
                  line_, to_string(format_)));
}

}  // namespace belay::uploads
