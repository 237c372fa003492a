#include "uploads/field_summary.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

void add_number(FieldSummary& field, double number) {
  field.min = field.numbers == 0 ? number : std::min(field.min, number);
  field.max = field.numbers == 0 ? number : std::max(field.max, number);
  field.sum += number;
  ++field.numbers;
}

void add_text(FieldSummary& field, std::string_view value) {
  std::string text = safe_text(value, FieldSummaries::kMaxTextBytes);
  const auto same = std::find_if(field.texts.begin(), field.texts.end(),
                                 [&](const FieldSummary::Frequent& each) { return each.text == text; });
  if (same != field.texts.end()) {
    ++same->count;
  } else if (field.texts.size() < FieldSummaries::kMaxTexts) {
    field.texts.push_back({std::move(text), 1});
  } else {
    ++field.other_texts;
  }
}

}  // namespace

void FieldSummaries::add(std::string_view name, std::string_view value) {
  value = trimmed(value);
  if (value.empty()) return;
  constexpr std::size_t kMaxKeyBytes = 256;
  name = name.substr(0, valid_utf8_prefix(name.substr(0, kMaxKeyBytes)));
  auto found = indexes_.find(name);
  if (found == indexes_.end()) {
    if (fields_.size() == kMaxFields) return;
    found = indexes_.emplace(std::string(name), fields_.size()).first;
    fields_.emplace_back().name = safe_text(name, kMaxTextBytes);
  }
  FieldSummary& field = fields_[found->second];
  ++field.values;
  if (double number = 0; read_number(value, number))
    add_number(field, number);
  else
    add_text(field, value);
}

std::vector<FieldSummary> FieldSummaries::finish() && {
  for (FieldSummary& field : fields_)
    std::stable_sort(field.texts.begin(), field.texts.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
  return std::move(fields_);
}

}  // namespace belay::uploads
