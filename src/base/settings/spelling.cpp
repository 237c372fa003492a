#include "base/settings/spelling.hpp"

#include <algorithm>

namespace belay {
namespace {

constexpr std::size_t kLongestWord = 64;  // the cost is the product of both lengths

std::size_t allowed_distance(std::string_view word) {
  return std::max<std::size_t>(1, (word.size() - 1) / 3);
}

}  // namespace

std::size_t spelling_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

std::string closest_word(std::string_view wrong, const std::vector<std::string>& words) {
  if (wrong.empty() || wrong.size() > kLongestWord) return {};
  std::string closest;
  std::size_t min = allowed_distance(wrong) + 1;
  for (const std::string& word : words) {
    if (word.size() > kLongestWord) continue;
    const std::size_t distance = spelling_distance(wrong, word);
    if (distance >= min) continue;
    min = distance;
    closest = word;
  }
  return closest;
}

}  // namespace belay
