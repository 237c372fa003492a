#include "uploads/kept_text.hpp"

#include <utility>

#include "base/release.hpp"

namespace belay::uploads {

void WholeText::append(std::string_view text) {
  if (overflowed_) return;
  if (text_.size() + text.size() > max_bytes_) {
    overflowed_ = true;
    release(text_);
    return;
  }
  text_ += text;
}

void LineSample::add(std::string line) {
  if (seen_++ % stride_ != 0) return;
  bytes_ += line.size() + 1;
  lines_.push_back(std::move(line));
  while (bytes_ > max_bytes_ && !lines_.empty()) {
    // Every second line goes.
    stride_ *= 2;
    std::vector<std::string> rest;
    bytes_ = 0;
    for (std::size_t i = 0; i < lines_.size(); i += 2) {
      bytes_ += lines_[i].size() + 1;
      rest.push_back(std::move(lines_[i]));
    }
    const bool same = rest.size() == lines_.size();
    lines_ = std::move(rest);
    if (same && bytes_ > max_bytes_) {  // one line that does not fit
      lines_.clear();
      bytes_ = 0;
    }
  }
}

}  // namespace belay::uploads
