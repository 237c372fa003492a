// The part of one run in a shared generation: a position in its text, and what has been delivered already.
// Internal to core/run.
#pragma once

#include <memory>
#include <optional>

#include "core/log/subscription.hpp"
#include "core/run/shared_generation.hpp"

namespace belay {

class SharedGenerations::GenerationParticipant final : public Participant {
 public:
  GenerationParticipant(std::shared_ptr<SharedGeneration> generation, Loop& loop, GenerationSink& sink,
                        std::size_t sent, AnswerLog own)
      : generation_(std::move(generation)), loop_(loop), sink_(sink), own_(std::move(own)), sent_(sent) {}
  ~GenerationParticipant() override {
    *alive_ = false;
    cost_share();
  }
  AnswerSource cost_share() override {
    if (!cost_share_) cost_share_ = generation_->leave(*this);
    return *cost_share_;
  }
  void pause() override { paused_ = true; }
  void resume() override {
    paused_ = false;
    generation_->wake(loop_);
  }
  void leave() override { generation_->hand_over_call(); }

 private:
  friend class SharedGeneration;
  friend class SharedGenerations;
  const std::shared_ptr<SharedGeneration> generation_;
  Loop& loop_;
  GenerationSink& sink_;
  const AnswerLog own_;
  std::uint64_t serial_ = 0;
  std::uint64_t sent_;  // bytes; changed with the generation's mutex held
  std::size_t delivered_reasoning_ = 0;
  std::size_t delivered_calls_ = 0;
  std::size_t delivered_stages_ = 0;
  bool delivered_token_ = false;
  bool delivered_call_ = false;
  bool delivered_accepted_ = false;
  bool delivered_end_ = false;
  bool paused_ = false;
  std::optional<AnswerSource> cost_share_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  // Reads another run's log while this participant's position is before the generation's text.
  struct CatchUp final : ByteSource::Waker {
    CatchUp(GenerationParticipant& reader, const AnswerLog& from);
    void wake() override { participant.generation_->wake(participant.loop_); }
    GenerationParticipant& participant;
    std::uint64_t skip;  // bytes that the participant has already received
    Subscription log;
  };
  std::unique_ptr<CatchUp> catch_up_;
};

}  // namespace belay
