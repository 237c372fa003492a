// Collects what is wrong with single events: a bounded list and a count.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "calendar/import.hpp"

namespace belay::calendar {

class Problems {
 public:
  explicit Problems(std::size_t max) : max_(max) {}

  void add(Problem problem) {
    ++count_;
    if (list_.size() < max_) list_.push_back(std::move(problem));
  }
  std::size_t count() const { return count_; }
  // By line.
  std::vector<Problem> take() {
    std::ranges::stable_sort(list_, {}, &Problem::line);
    return std::move(list_);
  }

 private:
  std::size_t max_;
  std::size_t count_ = 0;
  std::vector<Problem> list_;
};

}  // namespace belay::calendar
