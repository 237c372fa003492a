#include "providers/fallback/fallback_provider.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>

#include "base/utf8.hpp"
#include "core/cost.hpp"
#include "core/payloads.hpp"

namespace belay::providers {
namespace {

bool concerns_others(ErrorCode code) {
  switch (code) {
    case ErrorCode::provider_unavailable:
    case ErrorCode::provider_timeout:
    case ErrorCode::provider_rejected:
    case ErrorCode::provider_rate_limited:
    case ErrorCode::provider_broken:
    case ErrorCode::not_found:
      return true;
    default:
      return false;
  }
}

bool is_continuer(const ModelTarget& target) {
  return target.provider->can_continue(target.model);
}

}  // namespace

// One call: a generation and a sink, with the generation of the chain's member that is asked in between.
class FallbackProvider::Call final : public Generation, private GenerationSink {
 public:
  Call(const FallbackProvider& owner, Loop& loop, GenerationRequest request, GenerationSink& sink)
      : owner_(owner), loop_(loop), request_(std::move(request)), sink_(sink) {
    // A partial answer goes to the first that can continue it.
    if (!request_.partial_answer.empty() && request_.resume_token.empty())
      while (at_ + 1 < owner_.chain_.size() && !is_continuer(target())) ++at_;
    ask();
  }

  void pause() override {
    paused_ = true;
    if (generation_) generation_->pause();
  }
  void resume() override {
    paused_ = false;
    if (generation_) generation_->resume();
  }
  void leave() override {
    if (generation_) generation_->leave();
  }

 private:
  const ModelTarget& target() const { return owner_.chain_[at_]; }

  void ask() {
    request_.model = target().model;
    generation_ = target().provider->start(loop_, request_, *this);
    if (paused_) generation_->pause();
  }

  // Whether anybody after this one may be handed a partial answer.
  bool may_be_continued() const {
    for (std::size_t i = at_ + 1; i < owner_.chain_.size(); ++i)
      if (is_continuer(owner_.chain_[i])) return true;
    return false;
  }

  // Who goes on, if anybody can.
  std::optional<std::size_t> next(const Error& why) const {
    if (!concerns_others(why.code) || told_calls_) return std::nullopt;
    const bool is_begun = told_text_ || !request_.partial_answer.empty();
    for (std::size_t i = at_ + 1; i < owner_.chain_.size(); ++i)
      if (!is_begun || is_continuer(owner_.chain_[i])) return i;
    return std::nullopt;
  }

  void on_accepted() override {
    accepted_ = true;
    if (!std::exchange(told_accepted_, true)) sink_.on_accepted();
  }

  void on_text(std::string_view piece) override {
    if (!told_text_) keeps_text_ = may_be_continued();
    told_text_ = true;
    text_bytes_ += piece.size();
    if (!keeps_text_) return sink_.on_text(piece);
    // Whole characters alone: the next model goes on behind the last one.
    whole_.clear();
    joiner_.push(piece, whole_);
    if (whole_.empty()) return;
    request_.partial_answer += whole_;
    sink_.on_text(whole_);
  }

  void on_tool_call(ToolCall call) override {
    told_calls_ = true;
    sink_.on_tool_call(std::move(call));
  }

  void on_usage(const Usage& usage) override {
    counted_ = usage;
    Usage sum = usage;
    if (sum.cost.value == 0) sum.cost = cost_of(target().model.price, usage);
    add_usage(sum, spent_);
    sink_.on_usage(sum);
  }

  void on_end(FinishReason reason) override {
    tell_rest();
    sink_.on_end(reason);
  }

  void on_resumable(std::string_view token) override {
    // Only the first of the chain is asked again after a crash.
    if (at_ == 0) sink_.on_resumable(token);
  }
  void on_stage(std::string_view name) override { sink_.on_stage(name); }

  void on_error(Error error) override {
    const bool gave_nothing = error.code == ErrorCode::not_found && last_error_;
    const auto to = next(error);
    if (!gave_nothing) last_error_ = std::move(error);
    if (!to) {
      tell_rest();
      if (at_ != 0) settle_part();
      return sink_.on_error(std::move(*last_error_));
    }
    owner_.observe_({target().model, owner_.chain_[*to].model, *last_error_});
    settle_part();
    // Not from inside its own call.
    loop_.post([alive = std::weak_ptr(alive_), to] {
      const auto self = alive.lock();
      if (self) (*self)->go_to(*to);
    });
  }

  void go_to(std::size_t to) {
    generation_.reset();
    at_ = to;
    joiner_ = Utf8Joiner();  // the beginning of a character that never came whole
    request_.resume_token.clear();
    sink_.on_stage(kStageFallback);
    ask();
  }

  // What the member that failed has cost: what it said of it, or an estimate if it had accepted the request.
  void settle_part() {
    Usage part = counted_.value_or(Usage());
    if (!counted_ || part.estimated) {
      part.estimated = true;
      if (accepted_) complete_estimate(part, prompt_bytes(request_), text_bytes_);
    }
    if (part.cost.value == 0) part.cost = cost_of(target().model.price, part);
    if (accepted_ || counted_) add_usage(spent_, part);
    counted_.reset();
    accepted_ = false;
    text_bytes_ = 0;
    if (spent_.input.value + spent_.output.value != 0) sink_.on_usage(spent_);
  }

  void tell_rest() {
    whole_.clear();
    joiner_.finish(whole_);
    if (!whole_.empty()) sink_.on_text(whole_);
  }

  const FallbackProvider& owner_;
  Loop& loop_;
  GenerationRequest request_;  // its partial answer grows with what is told, where somebody may need it
  GenerationSink& sink_;
  const std::shared_ptr<Call*> alive_ = std::make_shared<Call*>(this);
  std::size_t at_ = 0;
  std::optional<Error> last_error_;
  std::optional<Usage> counted_;  // by the one that is asked
  Usage spent_;                   // by those before it
  Utf8Joiner joiner_;
  std::string whole_;
  std::size_t text_bytes_ = 0;  // of the one that is asked
  bool accepted_ = false;       // by the one that is asked
  bool told_accepted_ = false;
  bool told_text_ = false;
  bool told_calls_ = false;
  bool keeps_text_ = false;
  bool paused_ = false;
  std::unique_ptr<Generation> generation_;
};

FallbackProvider::FallbackProvider(std::vector<ModelTarget> chain, Observe observe)
    : chain_(std::move(chain)), observe_(std::move(observe)) {
  assert(!chain_.empty());
}

bool FallbackProvider::can_continue(const Model&) const {
  return std::any_of(chain_.begin(), chain_.end(), is_continuer);
}

bool FallbackProvider::can_resume(const Model&) const {
  return chain_.front().provider->can_resume(chain_.front().model);
}

std::unique_ptr<Generation> FallbackProvider::start(Loop& loop, const GenerationRequest& request,
                                                    GenerationSink& sink) {
  return std::make_unique<Call>(*this, loop, request, sink);
}

}  // namespace belay::providers
