#include "providers/fallback/fallback_provider.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>

#include "base/utf8.hpp"
#include "core/types/cost.hpp"
#include "core/types/payloads.hpp"

namespace belay::providers {
namespace {

bool fallback_may_help(ErrorCode code) {
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

// One call. It is a generation for the caller, and a sink for the generation of the model in the chain that
// is currently asked.
class FallbackProvider::Call final : public Generation, private GenerationSink {
 public:
  Call(const FallbackProvider& owner, Loop& loop, GenerationRequest request, GenerationSink& sink)
      : owner_(owner), loop_(loop), request_(std::move(request)), sink_(sink) {
    // A partial answer goes to the first model that can continue it.
    if (request_.continues() && request_.resume_token.empty())
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

  // Whether any later model in the chain can continue a partial answer.
  bool may_be_continued() const {
    for (std::size_t i = at_ + 1; i < owner_.chain_.size(); ++i)
      if (is_continuer(owner_.chain_[i])) return true;
    return false;
  }

  // Returns the index of the next model to ask, if there is one.
  std::optional<std::size_t> next(const Error& why) const {
    if (!fallback_may_help(why.code) || delivered_calls_) return std::nullopt;
    const bool is_begun = delivered_text_ || request_.continues();
    for (std::size_t i = at_ + 1; i < owner_.chain_.size(); ++i)
      if (!is_begun || is_continuer(owner_.chain_[i])) return i;
    return std::nullopt;
  }

  void on_accepted() override {
    accepted_ = true;
    if (!std::exchange(delivered_accepted_, true)) sink_.on_accepted();
  }

  void on_text(std::string_view piece) override {
    if (!delivered_text_) keeps_text_ = may_be_continued();
    delivered_text_ = true;
    text_bytes_ += piece.size();
    if (!keeps_text_) return sink_.on_text(piece);
    // Only complete characters are delivered: the next model continues after the last one.
    whole_.clear();
    joiner_.push(piece, whole_);
    if (whole_.empty()) return;
    request_.partial_answer += whole_;
    sink_.on_text(whole_);
  }

  // Of one model only: the reasoning of another cannot follow it.
  void on_reasoning(std::string_view piece) override {
    if (!reasoner_) reasoner_ = at_;
    text_bytes_ += piece.size();
    if (reasoner_ == at_) sink_.on_reasoning(piece);
  }

  void on_tool_call_begin(std::uint32_t index, std::string_view id, std::string_view name) override {
    delivered_calls_ = true;
    sink_.on_tool_call_begin(index, id, name);
  }
  void on_tool_call_piece(std::uint32_t index, std::string_view json) override {
    text_bytes_ += json.size();
    sink_.on_tool_call_piece(index, json);
  }
  void on_tool_call(ToolCall call) override {
    delivered_calls_ = true;
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
    flush_text();
    sink_.on_end(reason);
  }

  void on_resumable(std::string_view token) override {
    // Only the first model of the chain can be resumed after a crash.
    if (at_ == 0) sink_.on_resumable(token);
  }
  void on_stage(std::string_view name) override { sink_.on_stage(name); }
  void on_stop_sequence(std::string_view sequence) override { sink_.on_stop_sequence(sequence); }

  void on_error(Error error) override {
    const bool gave_nothing = error.code == ErrorCode::not_found && last_error_;
    const auto to = next(error);
    if (!gave_nothing) last_error_ = std::move(error);
    if (!to) {
      flush_text();
      if (at_ != 0) settle_part();
      return sink_.on_error(std::move(*last_error_));
    }
    owner_.observe_({target().model, owner_.chain_[*to].model, *last_error_});
    settle_part();
    // The generation must not be destroyed from inside its own call of the sink.
    loop_.post([alive = std::weak_ptr(alive_), to] {
      const auto self = alive.lock();
      if (self) (*self)->go_to(*to);
    });
  }

  void go_to(std::size_t to) {
    generation_.reset();
    at_ = to;
    joiner_ = Utf8Joiner();  // drops an incomplete character
    request_.resume_token.clear();
    sink_.on_stage(kStageFallback);
    ask();
  }

  // Adds the cost of the failed model: the usage that it reported, or an estimate if it had accepted the
  // request.
  void settle_part() {
    Usage part = counted_.value_or(Usage());
    if (!counted_ || part.estimated) {
      part.estimated = true;
      if (accepted_) complete_estimate(part, request_.prompt_bytes(), text_bytes_);
    }
    if (part.cost.value == 0) part.cost = cost_of(target().model.price, part);
    if (accepted_ || counted_) add_usage(spent_, part);
    counted_.reset();
    accepted_ = false;
    text_bytes_ = 0;
    if (spent_.input.value + spent_.output.value != 0) sink_.on_usage(spent_);
  }

  void flush_text() {
    whole_.clear();
    joiner_.finish(whole_);
    if (!whole_.empty()) sink_.on_text(whole_);
  }

  const FallbackProvider& owner_;
  Loop& loop_;
  // The partial answer grows with the delivered text, if a later model may need it.
  GenerationRequest request_;
  GenerationSink& sink_;
  const std::shared_ptr<Call*> alive_ = std::make_shared<Call*>(this);
  std::size_t at_ = 0;
  std::optional<std::size_t> reasoner_;  // the index of the model whose reasoning is delivered
  std::optional<Error> last_error_;
  std::optional<Usage> counted_;  // by the current model
  Usage spent_;                   // by the earlier models
  Utf8Joiner joiner_;
  std::string whole_;
  std::size_t text_bytes_ = 0;  // from the current model, reasoning and pieces of calls included
  bool accepted_ = false;       // by the current model
  bool delivered_accepted_ = false;
  bool delivered_text_ = false;
  bool delivered_calls_ = false;
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
