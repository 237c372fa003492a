// What the values of one column of a CSV, or of one place in a JSON, have in common: how many there are, the
// range of the numbers, and the most frequent texts. This is how a large file's other columns reach a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace belay::uploads {

struct FieldSummary {
  std::string name;          // safe text: a column, or a path like "sessions[].duration"
  std::uint64_t values = 0;  // that are not empty

  std::uint64_t numbers = 0;
  double min = 0, max = 0, sum = 0;  // of the numbers

  struct Frequent {
    std::string text;  // safe text, cut to kMaxTextBytes
    std::uint64_t count = 0;
  };
  // The first kMaxTexts different values that are not numbers, with how often they occur; the most frequent first.
  std::vector<Frequent> texts;
  std::uint64_t other_texts = 0;  // values that are not among them
};

// Collects the summaries of a file's fields. Memory is bounded: at most kMaxFields fields, with kMaxTexts texts each. Later
// fields are left out.
class FieldSummaries {
 public:
  static constexpr std::size_t kMaxFields = 64;
  static constexpr std::size_t kMaxTexts = 16;
  static constexpr std::size_t kMaxTextBytes = 48;

  // `name` is the column's name or the path, at any length. Empty values are not counted.
  void add(std::string_view name, std::string_view value);
  // In the order in which the fields first had a value.
  std::vector<FieldSummary> finish() &&;

 private:
  std::map<std::string, std::size_t, std::less<>> indexes_;
  std::vector<FieldSummary> fields_;
};

}  // namespace belay::uploads
