#include "ops/instruments.hpp"

#include <algorithm>
#include <cassert>

namespace belay::ops {

template <class Instrument>
Instrument& Family<Instrument>::with(std::initializer_list<std::string_view> values) {
  assert(values.size() == description_.labels.size());
  std::string key = join(values);
  const std::scoped_lock lock(mutex_);
  if (series_.size() >= kMaxSeries && !series_.contains(key)) {
    key.clear();
    for (std::size_t i = 0; i < values.size(); ++i) key.append("other").push_back('\0');
  }
  return series_[std::move(key)];
}

template <class Instrument>
std::string Family<Instrument>::join(std::initializer_list<std::string_view> values) {
  std::string joined;
  for (const std::string_view value : values) {
    const std::size_t begin = joined.size();
    joined.append(value);
    std::replace(joined.begin() + static_cast<std::ptrdiff_t>(begin), joined.end(), '\0', ' ');
    joined.push_back('\0');
  }
  joined.shrink_to_fit();
  return joined;
}

template <class Instrument>
std::vector<std::string> Family<Instrument>::split(const std::string& joined) {
  std::vector<std::string> values;
  for (std::size_t begin = 0; begin < joined.size(); begin += values.back().size() + 1)
    values.emplace_back(joined.c_str() + begin);
  return values;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

}  // namespace belay::ops
