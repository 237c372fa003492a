// An AnswerCache in memory for tests. It can fail, and it can never answer.
#pragma once

#include <map>

#include "core/ports/answer_cache.hpp"

namespace belay::testing {

class FakeCache final : public AnswerCache {
 public:
  bool broken = false;
  bool silent = false;  // calls are kept, but never answered
  std::map<std::string, CachedAnswer> answers;
  int finds = 0;
  int puts = 0;

  void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) override {
    ++finds;
    if (silent) return unanswered_.push_back(std::move(done));
    if (broken) return done(make_error(ErrorCode::internal, "The cache is broken."));
    const auto found = answers.find(key);
    if (found == answers.end() || found->second.expires <= now) return done(std::optional<CachedAnswer>());
    done(std::optional(found->second));
  }
  void put_answer(std::string key, CachedAnswer answer, Done<> done) override {
    ++puts;
    if (broken) return done(make_error(ErrorCode::internal, "The cache is broken."));
    answers[std::move(key)] = std::move(answer);
    done(Result<>());
  }
  void sweep_answers(WallTime, ByteCount, Done<std::uint64_t> done) override { done(std::uint64_t{0}); }

 private:
  std::vector<Done<std::optional<CachedAnswer>>> unanswered_;
};

}  // namespace belay::testing
