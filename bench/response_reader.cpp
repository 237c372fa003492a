#include "response_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace bench {
namespace {

// Finds the JSON string after `"content":"` and sets `content` to what is between its quotes. Returns false
// if there is none.
bool find_content(std::string_view json, std::string_view& content) {
  constexpr std::string_view kName = "\"content\":\"";
  const std::size_t at = json.find(kName);
  if (at == std::string_view::npos) return false;
  std::size_t end = at + kName.size();
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  content = json.substr(at + kName.size(), end - at - kName.size());
  return true;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; });
  return lower;
}

}  // namespace

bool ResponseReader::push(std::string_view bytes, Listener& listener) {
  while (!bytes.empty()) {
    switch (phase_) {
      case Phase::head: {
        const std::size_t before = text_.size();
        text_ += bytes;
        const std::size_t end = text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (end == std::string::npos) return text_.size() < 65536;
        bytes.remove_prefix(end + 4 - before);
        const std::string head = std::exchange(text_, {});
        if (!take_head(std::string_view(head).substr(0, end), listener)) return false;
        break;
      }
      case Phase::chunk_head: {
        const std::size_t end = bytes.find('\n');
        text_ += bytes.substr(0, end);
        if (end == std::string_view::npos) return true;
        bytes.remove_prefix(end + 1);
        left_ = std::strtoull(text_.c_str(), nullptr, 16);
        text_.clear();
        if (left_ != 0) ++chunks_;
        phase_ = left_ == 0 ? Phase::last_line : Phase::chunk;
        break;
      }
      case Phase::chunk:
      case Phase::length: {
        const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
        left_ -= taken;
        const std::string_view part = bytes.substr(0, taken);
        bytes.remove_prefix(taken);
        take_body(part, listener);
        if (left_ != 0) break;
        if (phase_ == Phase::length)
          end(listener);
        else
          phase_ = Phase::chunk_end;
        break;
      }
      case Phase::chunk_end:
      case Phase::last_line: {
        const std::size_t end_of_line = bytes.find('\n');
        if (end_of_line == std::string_view::npos) return true;
        bytes.remove_prefix(end_of_line + 1);
        if (phase_ == Phase::last_line)
          end(listener);
        else
          phase_ = Phase::chunk_head;
        break;
      }
    }
  }
  return true;
}

bool ResponseReader::take_head(std::string_view head, Listener& listener) {
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) return false;
  const std::string lower = lower_case(head);
  begin_body(std::atoi(std::string(head.substr(9, 3)).c_str()),
             lower.find("content-type: text/event-stream") != std::string::npos);
  const std::size_t length = lower.find("content-length: ");
  if (lower.find("transfer-encoding: chunked") != std::string::npos) {
    phase_ = Phase::chunk_head;
  } else if (length != std::string::npos) {
    left_ = std::strtoull(lower.c_str() + length + 16, nullptr, 10);
    phase_ = Phase::length;
  } else if (events_) {
    left_ = UINT64_MAX;  // the body ends with the connection
    phase_ = Phase::length;
  } else {
    left_ = 0;
  }
  if (left_ == 0 && phase_ != Phase::chunk_head) end(listener);
  return true;
}

void ResponseReader::begin_body(int status, bool is_event_stream) {
  status_ = status;
  events_ = is_event_stream;
  chunks_ = 0;
  body_.clear();
  line_.clear();
  event_.clear();
}

void ResponseReader::take_body(std::string_view bytes, Listener& listener) {
  if (!events_) {
    body_ += bytes;
    return;
  }
  for (;;) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      line_ += bytes;
      return;
    }
    if (line_.empty()) {
      take_line(bytes.substr(0, end), listener);
    } else {
      line_ += bytes.substr(0, end);
      take_line(line_, listener);
      line_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void ResponseReader::take_line(std::string_view line, Listener& listener) {
  if (line.empty()) {
    event_.clear();
  } else if (line.starts_with("event: ")) {
    event_ = line.substr(7);
  } else if (line.starts_with("data: ")) {
    const std::string_view data = line.substr(6);
    std::string_view content;
    if (event_ == "complete") {
      find_content(data, content);
      listener.on_terminal(true, content);
    } else if (event_ == "error" || data.starts_with("{\"error\"")) {
      listener.on_terminal(false, {});
    } else if (data == "[DONE]") {
      listener.on_terminal(true, {});
    } else if (find_content(data, content) && !content.empty()) {
      listener.on_token(content);
    }
  }
}

void ResponseReader::end(Listener& listener) {
  phase_ = Phase::head;
  listener.on_end(status_, body_);
}

}  // namespace bench
