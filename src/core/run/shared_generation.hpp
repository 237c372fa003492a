// One generation and the runs that share it: what the provider's calls bring is kept here, and each participant
// reads it at its own pace (shared_generations.hpp).
//
// Internal to core/run. shared_generation.cpp has the cache, the provider and the end;
// shared_generation_delivery.cpp has what participants receive.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "core/run/shared_generations.hpp"

namespace belay {

// Its provider's calls arrive on its home loop. Participants read it from their own loops.
class SharedGenerations::SharedGeneration final : public std::enable_shared_from_this<SharedGeneration>,
                                                  private GenerationSink {
 public:
  // `sent`: what an earlier process delivered of this answer.
  SharedGeneration(SharedGenerations& owner, Loop& home, std::string key, const GenerationRequest& request,
                   Provider& provider, std::string sent);

  const std::string& key() const { return key_; }
  std::size_t held_bytes() const {
    const std::lock_guard lock(mutex_);
    return text_.size() + reasoning_.size();
  }
  // Called once, on the home loop.
  void begin();

  // Call it on the participant's loop. Returns false if the text that the run has already delivered is not
  // the beginning of this answer.
  bool add(GenerationParticipant& participant, const std::string& sent);
  AnswerSource leave(GenerationParticipant& participant);
  void wake(Loop& loop);
  // Resumes reading from the provider if it was too far ahead of all participants and no longer is.
  void check_pace();
  // The process is stopping: an answer that the provider stores must not be ended there.
  void hand_over_call() { left_ = true; }

 private:
  enum class From { looking, provider, cache, stale };
  struct End {
    std::optional<Error> error;
    FinishReason finish = FinishReason::stop;
  };

  void on_accepted() override;
  void on_text(std::string_view piece) override;
  void on_reasoning(std::string_view piece) override;
  void on_tool_call(ToolCall call) override;
  void on_usage(const Usage& usage) override;
  void on_stop_sequence(std::string_view sequence) override;
  void on_end(FinishReason reason) override;
  void on_error(Error error) override;
  void on_resumable(std::string_view token) override;
  void on_stage(std::string_view name) override;

  void look_up(WallTime now);
  void looked_up(Result<std::optional<CachedAnswer>> found);
  void call_provider();
  void decide(From from);
  bool may_be_stale(const Error& error) const;
  void keep_answer(FinishReason reason);
  void end(End end);
  // The source of the answer for a participant that is not charged.
  static AnswerSource source_of(From from);
  template <class Change>
  void change(Change what);
  void wake_all();
  // Sends to the participants of one loop, on that loop, what they have not received yet.
  void pump(Loop& loop);
  struct News;
  News news_for(Loop& loop);
  static void deliver_facts(const News& news, GenerationParticipant& participant, const bool& alive);
  void deliver_text(const News& news, GenerationParticipant& participant);
  static void deliver_end(const News& news, GenerationParticipant& participant, const bool& alive);
  // Sends a limited part of the text, from the log of a run that has it.
  void catch_up(GenerationParticipant& participant, const std::shared_ptr<bool>& alive);
  // The caller holds the mutex.
  std::uint64_t size() const { return dropped_ + text_.size(); }
  bool is_too_far_ahead() const;
  void trim_text();

  SharedGenerations& owner_;
  Loop& home_;
  const std::string key_;
  GenerationRequest request_;
  Provider& provider_;

  // The members below belong to the home loop.
  std::unique_ptr<Generation> generation_;
  std::optional<Timer> patience_;  // limits how long the cache lookup may take
  bool is_looking_ = false;
  std::uint64_t looks_ = 0;
  // The provider's error. While it is set, the cache may be used even for a stale answer.
  std::optional<Error> failure_;
  bool abandoned_ = false;
  // The logs hold complete characters. With the joiner, text_ has the same bytes as the logs.
  Utf8Joiner joiner_;
  std::string joined_;
  std::size_t window_ = 0;  // bytes of text_ that are kept for participants

  std::atomic<bool> provider_paused_{false};

  std::atomic<bool> left_{false};
  mutable std::mutex mutex_;   // guards the members below
  std::string text_;           // the answer, from its byte `dropped_` on
  std::uint64_t dropped_ = 0;  // the bytes before it are read from archive_
  AnswerLog archive_;
  bool called_ = false;  // whether the provider has been called
  std::string call_;     // the name of that call
  std::string token_;    // of an answer that the provider stores
  std::vector<std::string> stages_;
  From from_ = From::looking;
  bool accepted_ = false;
  std::string reasoning_;  // bounded
  std::vector<ToolCall> calls_;
  std::optional<Usage> usage_;
  std::string stop_sequence_;
  std::optional<End> end_;
  // The serial of the participant that is charged, once the generation has ended.
  std::optional<std::uint64_t> charged_participant_;
  std::uint64_t next_serial_ = 0;
  std::vector<GenerationParticipant*> participants_;  // in the order in which they joined
  // For each loop with participants: whether a pump() is already posted.
  std::map<Loop*, bool> wake_wanted_;
};

}  // namespace belay
