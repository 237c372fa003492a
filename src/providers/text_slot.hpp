// Reads a provider's chunk without parsing it, if it differs from an earlier one in a single text. Most chunks of an answer
// do. One object for each answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace belay::providers {

class TextSlot {
 public:
  // `chunk` is JSON, and `text` is what it says: the string that begins at `quote` of it. Nothing is learned if the string
  // is written with escapes, or if the rest is long.
  void learn(std::string_view chunk, std::size_t quote, std::string_view text);
  void forget() { around_.clear(); }
  // The text of a chunk that has the learned bytes around it. Nothing if there is another difference, or if the text is
  // written with escapes or is no valid UTF-8. A parser would say the same, and nothing else that differs.
  std::optional<std::string_view> find(std::string_view chunk) const;

 private:
  static constexpr std::size_t kMaxAround = 1024;

  std::string around_;  // the bytes before the text, then those after it; empty: nothing is learned
  std::size_t before_ = 0;
};

}  // namespace belay::providers
