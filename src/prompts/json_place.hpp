// The path from the root to a place in a JSON document. It is a linked list through the callers' stack
// frames, so that nothing is allocated until an error must be reported.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace belay::prompts {

struct JsonPlace {
  const JsonPlace* parent = nullptr;  // null: the root
  std::string_view key = {};
  std::size_t index = 0;
  bool is_index = false;

  JsonPlace member(std::string_view name) const { return {this, name, 0, false}; }
  JsonPlace element(std::size_t at) const { return {this, {}, at, true}; }

  // A JSON pointer (RFC 6901), cut if it is long; empty for the root.
  std::string pointer() const {
    std::string out;
    append_to(out);
    if (out.size() <= kMaxBytes) return out;
    out.resize(kMaxBytes);
    out.resize(valid_utf8_prefix(out));
    return out + "…";
  }

 private:
  static constexpr std::size_t kMaxBytes = 200;

  void append_to(std::string& out) const {
    if (!parent) return;
    parent->append_to(out);
    out += '/';
    if (is_index) out += std::to_string(index);
    for (const char c : key.substr(0, kMaxBytes)) {
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
    }
  }
};

}  // namespace belay::prompts
