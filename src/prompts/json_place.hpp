// The way down a JSON document, as a list through the callers' frames: nothing is built until something is
// wrong there.
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

  // A JSON pointer (RFC 6901), cut where it is long; empty for the root.
  std::string pointer() const {
    std::string out;
    append_to(out);
    if (out.size() <= kMostBytes) return out;
    out.resize(kMostBytes);
    out.resize(valid_utf8_prefix(out));
    return out + "…";
  }

 private:
  static constexpr std::size_t kMostBytes = 200;

  void append_to(std::string& out) const {
    if (!parent) return;
    parent->append_to(out);
    out += '/';
    if (is_index) out += std::to_string(index);
    for (const char c : key.substr(0, kMostBytes)) {
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
