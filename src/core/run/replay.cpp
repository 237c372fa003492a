#include "core/run/replay.hpp"

#include <algorithm>
#include <utility>

namespace belay {
namespace {

constexpr Milliseconds kTick{20};
constexpr std::size_t kMaxPiece = 256;      // bytes; a longer word is split
constexpr std::size_t kMaxAtOnce = 16'384;  // bytes sent in one turn when there is no pace

class Replay final : public Generation {
 public:
  Replay(Loop& loop, KnownAnswer answer, std::uint32_t words_per_second, GenerationSink& sink)
      : loop_(loop),
        answer_(std::move(answer)),
        pace_(words_per_second),
        sink_(sink),
        begun_(loop.clock().steady()),
        sent_(std::min(answer_.from, answer_.text->size())),
        timer_(loop.timers(), [this] { tell(); }) {
    timer_.arm(Milliseconds(0));
  }
  void pause() override {
    paused_ = true;
    timer_.cancel();
  }
  void resume() override {
    paused_ = false;
    if (!over_) timer_.arm(Milliseconds(0));
  }

 private:
  // The sink may call pause() from inside a call.
  void tell() {
    if (!std::exchange(accepted_, true)) sink_.on_accepted();
    const std::size_t max = sent_ + kMaxAtOnce;
    while (!paused_ && sent_ < answer_.text->size() && sent_ < max && is_due()) {
      const std::string_view piece = next_piece();
      sent_ += piece.size();
      ++words_;
      sink_.on_text(piece);
    }
    if (paused_) return;
    if (sent_ < answer_.text->size()) return timer_.arm(pace_ == 0 ? Milliseconds(0) : kTick);
    over_ = true;
    sink_.on_usage(answer_.usage);
    sink_.on_end(answer_.finish);
  }
  bool is_due() const {
    if (pace_ == 0) return true;
    const auto passed = std::chrono::duration_cast<Milliseconds>(loop_.clock().steady() - begun_);
    return words_ * 1000 <= static_cast<std::uint64_t>(passed.count()) * pace_;
  }
  // A word with the white space before it.
  std::string_view next_piece() const {
    const std::string_view rest = std::string_view(*answer_.text).substr(sent_);
    const std::size_t word = std::min(rest.find_first_not_of(" \n\t"), rest.size());
    const std::size_t end = std::min(rest.find_first_of(" \n\t", word), rest.size());
    return rest.substr(0, std::min(end, kMaxPiece));
  }

  Loop& loop_;
  const KnownAnswer answer_;
  const std::uint32_t pace_;
  GenerationSink& sink_;
  const SteadyTime begun_;
  std::size_t sent_;
  std::uint64_t words_ = 0;
  bool accepted_ = false;
  bool paused_ = false;
  bool over_ = false;
  Timer timer_;
};

}  // namespace

std::unique_ptr<Generation> start_replay(Loop& loop, KnownAnswer answer, std::uint32_t words_per_second,
                                         GenerationSink& sink) {
  return std::make_unique<Replay>(loop, std::move(answer), words_per_second, sink);
}

}  // namespace belay
