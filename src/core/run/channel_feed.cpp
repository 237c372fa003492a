#include "core/run/channel_feed.hpp"

#include <algorithm>
#include <utility>

namespace belay {

using Kind = ChannelMessage::Kind;

void ChannelFeed::Progress::add(const ChannelMessage& message) {
  begun = true;
  slow = slow || message.kind == Kind::slow;
  if (message.kind == Kind::piece) answer_end = message.answer_end;
  ended = ended || message.ends_run;
}

ChannelFeed::ChannelFeed(std::shared_ptr<ChannelLog> channel, const RunRequest& request, Loop& loop,
                         Progress progress)
    : request_(request),
      use_(*request.channel),
      loop_(loop),
      writer_(std::move(channel)),
      progress_(progress),
      slow_(loop.timers(), [this] { say_slow(); }) {}

Position ChannelFeed::begin() {
  ChannelLog& channel = writer_.channel();
  const Position before = channel.position_before(channel.log()->appended() + 1);
  show_beginning();
  return before;
}

void ChannelFeed::show_beginning() {
  if (!std::exchange(progress_.begun, true)) {
    publish(Kind::processing, {});
    if (!use_.upload.empty()) publish(Kind::upload_processed, use_.upload);
  }
  if (use_.slow_after_ms == 0 || progress_.slow || progress_.answer_end != 0) return;
  const Milliseconds passed = loop_.clock().wall() - request_.created;
  const Milliseconds after(static_cast<std::int64_t>(use_.slow_after_ms));
  slow_.arm(std::max(after - passed, Milliseconds(1)));
}

void ChannelFeed::resume(std::string_view text) {
  if (progress_.ended) return;
  show_beginning();
  answer_.push(text);
  answer_.skip_to(progress_.answer_end);
  show_new_text();
}

void ChannelFeed::on_text(std::string_view text) {
  answer_.push(text);
  show_new_text();
}

void ChannelFeed::on_restarted() {
  answer_.clear();
}

void ChannelFeed::show_new_text() {
  if (use_.shows_pieces) show_piece(use_.shows_at_once ? answer_.take_rest() : answer_.take());
}

void ChannelFeed::show_piece(std::string_view piece) {
  if (piece.empty()) return;
  slow_.cancel();
  ChannelMessage message;
  message.kind = Kind::piece;
  message.text = piece;
  message.answer_end = progress_.answer_end = answer_.taken();
  publish(std::move(message));
}

void ChannelFeed::end(EventType type, const Terminal& terminal) {
  slow_.cancel();
  if (std::exchange(progress_.ended, true)) return;
  ChannelMessage last;
  if (type != EventType::completed) {
    last.kind = Kind::error;
    last.text = terminal.message;
    last.code = terminal.code;
  } else {
    if (use_.shows_pieces) show_piece(answer_.take_rest());
    last.kind = Kind::response;
    last.text = answer_.text();
    last.tokens = terminal.usage.input.value + terminal.usage.output.value;
    if (!use_.suggestion.empty()) {
      publish(std::move(last));
      last = {};
      last.kind = Kind::suggestion;
      last.text = use_.suggestion;
      last.url = use_.suggestion_url;
    }
  }
  last.ends_run = true;
  publish(std::move(last));
}

void ChannelFeed::say_slow() {
  progress_.slow = true;
  publish(Kind::slow, {});
}

void ChannelFeed::publish(Kind kind, std::string_view text) {
  ChannelMessage message;
  message.kind = kind;
  message.text = text;
  publish(std::move(message));
}

void ChannelFeed::publish(ChannelMessage message) {
  message.run = request_.id;
  message.conversation = request_.conversation;
  const Milliseconds took = loop_.clock().wall() - request_.created;
  message.took_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
  writer_.channel().publish(message);
}

}  // namespace belay
