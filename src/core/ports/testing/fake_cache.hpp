// An AnswerCache in memory for tests. It passes the contract. It can fail, and it can never answer. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports/answer_cache.hpp"

namespace belay::testing {

class FakeCache final : public AnswerCache {
 public:
  std::atomic<bool> broken = false;  // calls fail and change nothing
  std::atomic<bool> silent = false;  // calls are kept, but never answered, and change nothing
  std::map<std::string, CachedAnswer> answers;
  std::atomic<int> finds = 0;
  std::atomic<int> puts = 0;

  void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) override {
    ++finds;
    if (silent) return keep(std::move(done));
    if (broken) return done(failure());
    done(find(key, now));
  }
  void put_answer(std::string key, CachedAnswer answer, Done<> done) override {
    ++puts;
    if (silent) return keep(std::move(done));
    if (broken) return done(failure());
    {
      const std::lock_guard lock(mutex_);
      answers[std::move(key)] = std::move(answer);
    }
    done(Result<>());
  }
  void sweep_answers(WallTime now, ByteCount max_bytes, Done<std::uint64_t> done) override {
    if (silent) return keep(std::move(done));
    if (broken) return done(failure());
    done(sweep(now, max_bytes));
  }

 private:
  static Error failure() { return make_error(ErrorCode::internal, "The cache is broken."); }
  template <class T>
  void keep(Done<T> done) {
    const std::lock_guard lock(mutex_);
    unanswered_.push_back(std::make_shared<Done<T>>(std::move(done)));
  }
  std::optional<CachedAnswer> find(const std::string& key, WallTime now) const {
    const std::lock_guard lock(mutex_);
    const auto found = answers.find(key);
    return found == answers.end() || found->second.expires <= now ? std::nullopt
                                                                  : std::optional(found->second);
  }
  // The oldest are those that expire first.
  std::uint64_t sweep(WallTime now, ByteCount max_bytes) {
    const std::lock_guard lock(mutex_);
    const std::size_t before = answers.size();
    std::erase_if(answers, [&](const auto& entry) { return entry.second.expires <= now; });
    std::vector<std::pair<WallTime, std::string>> newest;
    for (const auto& [key, answer] : answers) newest.emplace_back(answer.expires, key);
    std::sort(newest.rbegin(), newest.rend());
    std::uint64_t kept = 0;
    for (const auto& [expires, key] : newest) {
      kept += answers[key].text.size();
      if (kept > max_bytes.value) answers.erase(key);
    }
    return before - answers.size();
  }

  mutable std::mutex mutex_;  // of `answers` and everything below
  std::vector<std::shared_ptr<void>> unanswered_;
};

}  // namespace belay::testing
