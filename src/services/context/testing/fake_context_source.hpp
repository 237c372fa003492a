// A ContextSource for tests. It answers inside the call, or not at all while `silent`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/context/context_source.hpp"

namespace belay::services::testing {

class FakeContextSource final : public ContextSource {
 public:
  std::map<std::string, std::string> documents;  // by user
  bool fails = false;
  bool silent = false;
  int fetches = 0;

  void fetch(Loop*, std::string user, Done<std::string> done) override {
    ++fetches;
    if (silent) return waiting_.push_back(std::move(done));
    if (fails) return done(make_error(ErrorCode::provider_unavailable, "The address cannot be reached."));
    const auto found = documents.find(user);
    if (found == documents.end()) return done(make_error(ErrorCode::not_found, "There is none."));
    done(found->second);
  }
  // The oldest call that waits gets this.
  void answer(std::string document) {
    Done<std::string> done = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    done(std::move(document));
  }

 private:
  std::vector<Done<std::string>> waiting_;
};

}  // namespace belay::services::testing
