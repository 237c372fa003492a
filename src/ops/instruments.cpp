#include "ops/instruments.hpp"

#include <cassert>

namespace belay::ops {

template <class Instrument>
Instrument& Family<Instrument>::with(std::initializer_list<std::string_view> values) {
  assert(values.size() == description_.labels.size());
  std::vector<std::string> key(values.begin(), values.end());
  const std::scoped_lock lock(mutex_);
  if (series_.size() >= kMaxSeries && !series_.contains(key)) key.assign(key.size(), "other");
  std::unique_ptr<Instrument>& instrument = series_[std::move(key)];
  if (!instrument) instrument = std::make_unique<Instrument>();
  return *instrument;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

}  // namespace belay::ops
