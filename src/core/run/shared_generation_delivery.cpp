// What the participants of a shared generation receive.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/run/generation_participant.hpp"

namespace belay {
namespace {

// The maximum number of bytes that a participant receives in one turn while it catches up.
constexpr std::size_t kCatchUpTurn = 64 * 1024;

// The plain answer: only the deltas.
class PlainText final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::delta) return;
    writer.begin({}).append(event.payload);
    writer.end();
  }
};
const PlainText kPlainText;

}  // namespace

SharedGenerations::GenerationParticipant::CatchUp::CatchUp(GenerationParticipant& reader,
                                                           const AnswerLog& from)
    : participant(reader),
      skip(reader.sent_),
      log(from.log, {kPlainText, plain_framing()}, from.text_from - 1, *reader.own_.hub) {
  log.attach(*this);
}

void SharedGenerations::SharedGeneration::wake(Loop& loop) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wake_wanted_[&loop], true)) return;
  }
  loop.post([self = shared_from_this(), &loop] { self->pump(loop); });
}

void SharedGenerations::SharedGeneration::wake_all() {
  std::vector<Loop*> loops;
  {
    const std::lock_guard lock(mutex_);
    for (const GenerationParticipant* participant : participants_)
      if (!std::exchange(wake_wanted_[&participant->loop_], true)) loops.push_back(&participant->loop_);
  }
  for (Loop* loop : loops) loop->post([self = shared_from_this(), loop] { self->pump(*loop); });
}

// A copy of what one loop's participants may not have received yet. New text is copied once for all of them.
struct SharedGenerations::SharedGeneration::News {
  struct Reader {
    GenerationParticipant* participant;
    std::shared_ptr<bool> alive;
    bool is_behind;  // it reads the log of another run
  };
  std::vector<Reader> readers;
  std::string text;  // the answer's bytes from `base` to `end`
  std::uint64_t base = 0, end = 0;
  std::string reasoning;  // from its byte `reasoned` on
  std::size_t reasoned = 0;
  std::string token, call;
  std::vector<std::string> stages;
  std::vector<ToolCall> calls;
  std::optional<Usage> usage;
  std::string stop_sequence;
  std::optional<End> over;
  bool accepted = false;
};

SharedGenerations::SharedGeneration::News SharedGenerations::SharedGeneration::news_for(Loop& loop) {
  News news;
  const std::lock_guard lock(mutex_);
  wake_wanted_[&loop] = false;
  news.base = news.end = size();
  news.reasoned = reasoning_.size();
  for (GenerationParticipant* participant : participants_) {
    if (&participant->loop_ != &loop || participant->paused_) continue;
    const bool is_behind = participant->sent_ < dropped_;
    news.readers.push_back({participant, participant->alive_, is_behind});
    if (!is_behind) news.base = std::min(news.base, participant->sent_);
    news.reasoned = std::min(news.reasoned, participant->delivered_reasoning_);
  }
  news.text = text_.substr(news.base - dropped_);
  news.reasoning = reasoning_.substr(news.reasoned);
  news.token = token_;
  news.call = call_;
  news.stages = stages_;
  news.calls = calls_;
  news.usage = usage_;
  news.stop_sequence = stop_sequence_;
  news.over = end_;
  news.accepted = accepted_ || news.end != 0;
  return news;
}

// Each call of a sink may end the participant's run, and so destroy the participant.
void SharedGenerations::SharedGeneration::pump(Loop& loop) {
  const News news = news_for(loop);
  for (const auto& [participant, alive, is_behind] : news.readers) {
    const auto is_there = [&] { return *alive && !participant->cost_share_; };
    if (is_there()) deliver_facts(news, *participant, *alive);
    if (!is_there()) continue;
    if (is_behind) {
      catch_up(*participant, alive);
      continue;
    }
    deliver_text(news, *participant);
    if (is_there()) deliver_end(news, *participant, *alive);
  }
  check_pace();
}

// All but the text and what follows it.
void SharedGenerations::SharedGeneration::deliver_facts(const News& news, GenerationParticipant& participant,
                                                        const bool& alive) {
  const auto is_there = [&] { return alive && !participant.cost_share_; };
  while (is_there() && participant.delivered_stages_ < news.stages.size())
    participant.sink_.on_stage(news.stages[participant.delivered_stages_++]);
  if (is_there() && !news.call.empty() && !std::exchange(participant.delivered_call_, true))
    participant.sink_.on_call(news.call);
  if (is_there() && news.accepted && !std::exchange(participant.delivered_accepted_, true))
    participant.sink_.on_accepted();
  if (is_there() && !news.token.empty() && !std::exchange(participant.delivered_token_, true))
    participant.sink_.on_resumable(news.token);
  if (const std::size_t all = news.reasoned + news.reasoning.size();
      is_there() && participant.delivered_reasoning_ < all)
    participant.sink_.on_reasoning(
        std::string_view(news.reasoning)
            .substr(std::exchange(participant.delivered_reasoning_, all) - news.reasoned));
}

void SharedGenerations::SharedGeneration::deliver_text(const News& news, GenerationParticipant& participant) {
  if (participant.sent_ >= news.end) return;
  std::uint64_t from = 0;
  {
    const std::lock_guard lock(mutex_);
    from = std::exchange(participant.sent_, news.end) - news.base;
  }
  participant.sink_.on_text(std::string_view(news.text).substr(from));
}

void SharedGenerations::SharedGeneration::deliver_end(const News& news, GenerationParticipant& participant,
                                                      const bool& alive) {
  const auto is_there = [&] { return alive && !participant.cost_share_; };
  while (is_there() && participant.delivered_calls_ < news.calls.size())
    participant.sink_.on_tool_call(news.calls[participant.delivered_calls_++]);
  if (!news.over || !is_there() || std::exchange(participant.delivered_end_, true)) return;
  if (news.usage) participant.sink_.on_usage(*news.usage);
  if (is_there() && !news.stop_sequence.empty()) participant.sink_.on_stop_sequence(news.stop_sequence);
  if (!is_there()) return;
  if (news.over->error)
    participant.sink_.on_error(*news.over->error);
  else
    participant.sink_.on_end(news.over->finish);
}

void SharedGenerations::SharedGeneration::catch_up(GenerationParticipant& participant,
                                                   const std::shared_ptr<bool>& alive) {
  if (!participant.catch_up_) {
    AnswerLog archive;
    {
      const std::lock_guard lock(mutex_);
      archive = archive_;
    }
    participant.catch_up_ = std::make_unique<GenerationParticipant::CatchUp>(participant, archive);
  }
  for (std::size_t given = 0; given < kCatchUpTurn;) {
    GenerationParticipant::CatchUp& from = *participant.catch_up_;
    ByteRanges ranges;
    const ByteSource::State state = from.log.peek(ranges);
    if (state == ByteSource::State::waiting || state == ByteSource::State::loading) return;
    if (state != ByteSource::State::ready) {
      participant.delivered_end_ = true;
      return participant.sink_.on_error(
          make_error(ErrorCode::unavailable, "The beginning of this answer can not be read. Ask again."));
    }
    std::string piece;
    for (std::size_t i = 0; i < ranges.count; ++i)
      piece.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
    from.log.consume(ranges.bytes);
    given += piece.size();
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(from.skip, piece.size()));
    from.skip -= skipped;
    piece.erase(0, skipped);
    if (piece.empty()) continue;
    bool has_caught_up = false;
    {
      const std::lock_guard lock(mutex_);
      participant.sent_ += piece.size();
      has_caught_up = participant.sent_ >= dropped_;
    }
    if (has_caught_up) participant.catch_up_.reset();
    participant.sink_.on_text(piece);
    if (!*alive || participant.cost_share_ || participant.paused_) return;
    if (has_caught_up) break;
  }
  wake(participant.loop_);
}

}  // namespace belay
