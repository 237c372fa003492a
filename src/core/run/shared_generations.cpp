#include "core/run/shared_generations.hpp"

#include <cassert>
#include <utility>

#include "core/run/generation_participant.hpp"

namespace belay {

std::unique_ptr<SharedGenerations::Participant> SharedGenerations::join(Loop& loop, const std::string& key,
                                                                        const GenerationRequest& request,
                                                                        Provider& provider,
                                                                        GenerationSink& sink, AnswerLog own) {
  assert(Loop::current() == &loop);
  const std::string& sent = request.partial_answer;
  const std::lock_guard lock(mutex_);
  if (const auto found = generations_.find(key); found != generations_.end()) {
    auto participant = std::make_unique<GenerationParticipant>(found->second, loop, sink, sent.size(), own);
    if (found->second->add(*participant, sent)) return participant;
    participant->cost_share_ = AnswerSource::generated;  // it never joined
  }
  std::string begun = sent;
  bool is_for_all = !generations_.contains(key);
  if (const auto expected = expected_.find(key); is_for_all && expected != expected_.end()) {
    is_for_all = expected->second.starts_with(sent);
    if (is_for_all) {
      begun = std::move(expected->second);
      expected_.erase(expected);
    }
  }
  auto generation = std::make_shared<SharedGeneration>(*this, loop, key, request, provider, std::move(begun));
  if (is_for_all) generations_.emplace(key, generation);
  auto participant =
      std::make_unique<GenerationParticipant>(generation, loop, sink, sent.size(), std::move(own));
  generation->add(*participant, sent);
  loop.post([generation] { generation->begin(); });
  return participant;
}

void SharedGenerations::forget(const SharedGeneration& generation) {
  std::shared_ptr<SharedGeneration> gone;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  if (const auto found = generations_.find(generation.key());
      found != generations_.end() && found->second.get() == &generation) {
    gone = std::move(found->second);
    generations_.erase(found);
  }
}

std::size_t SharedGenerations::held_bytes() {
  const std::lock_guard lock(mutex_);
  std::size_t held = 0;
  for (const auto& [key, generation] : generations_) held += generation->held_bytes();
  return held;
}

void SharedGenerations::expect(const std::string& key, std::string sent) {
  const std::lock_guard lock(mutex_);
  expected_[key] = std::move(sent);
}

void SharedGenerations::remember(const std::string& key, CachedAnswer answer) {
  if (!cache_ || answer.text.empty() || answer.text.size() > config_.max_answer.value) return;
  answer.expires = clock_.wall() + config_.lifetime;
  cache_->put_answer(key, std::move(answer), [&observer = observer_](Result<> kept) {
    if (!kept) observer.storage_error("cache", kept.error());
  });
}

}  // namespace belay
