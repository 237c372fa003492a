#include "core/log/subscription.hpp"

#include <algorithm>
#include <cassert>

namespace belay {

Subscription::Subscription(std::shared_ptr<LogBuffer> log, const Format& format, Offset after, ReaderHub& hub,
                           std::size_t skip)
    : log_(std::move(log)), format_(format), numbers_messages_(format.dialect.numbers_messages()), hub_(hub) {
  place_.main = {after + 1, static_cast<std::uint32_t>(skip)};
  hub_.add(*this);
}

Subscription::~Subscription() {
  if (hub_.peeked().owner == this) hub_.forget_peeked();
  hub_.remove(*this);
  if (self_) *self_ = nullptr;
}

ByteSource::State Subscription::peek(ByteRanges& out) {
  out.clear();
  PeekedPieces& peeked = hub_.peeked();
  assert(peeked.count == 0 && "the last peek() was not consumed");
  peeked.owner = this;
  if (lost_) return State::lost;

  // `last` is read before `terminal`. The writer publishes `terminal` before it moves `last` there. So if the
  // terminal event is within `last`, it is known here.
  const Offset last = log_->last();
  const Offset terminal = log_->terminal();
  Place place = place_;
  if (place.body || add_walk<Walked::main>(place, place.main, last + 1, out) == Added::to_splice)
    add_inserted(place, last + 1, out);
  peeked.reached = place;
  out.whole = terminal != 0 && place.main.next > terminal;
  out.newest = terminal == 0 && place.main.next > last;

  if (out.bytes != 0) return State::ready;
  place_ = place;  // only events that render to nothing were passed
  if (loading_ != 0) return State::loading;
  if (terminal != 0 && place_.main.next > terminal) return State::ended;
  return log_->is_removed() ? State::lost : State::waiting;
}

void Subscription::add_inserted(Place& place, Offset end, ByteRanges& out) {
  do {
    // While something is inserted, only the block with the next part of it is needed. So the reader makes progress even if
    // the cache drops all other blocks.
    if (add_walk<Walked::inserted>(place, place.inserted, place.main.next, out) != Added::all) return;
    place.body = nullptr;
    place.main.splice = Rendition::Splice::behind;
  } while (add_walk<Walked::main>(place, place.main, end, out) == Added::to_splice);
}

template <Subscription::Walked kWalked>
Subscription::Added Subscription::add_walk(Place& place, Walk& walk, Offset end, ByteRanges& out) {
  constexpr bool is_inserted = kWalked == Walked::inserted;
  while (walk.next < end) {
    if (out.full()) return Added::some;
    auto block = block_at(walk.next);
    if (!block) return Added::some;
    const auto index = static_cast<std::uint32_t>(walk.next - block->first());
    const Offset block_end = std::min<Offset>(block->first() + block->published().count, end);
    Rendition& rendition =
        is_inserted ? block->rendition({*place.body, format_.framing}, log_->head()) : rendition_of(block);
    const std::size_t had = out.bytes;
    const auto last_index = static_cast<std::uint32_t>(block_end - 1 - block->first());
    const Rendition::Place reached = rendition.collect({index, walk.skip, walk.splice}, last_index, out);
    const std::size_t added = out.bytes - had;
    if (added != 0) hub_.add_piece({place, block, &rendition, added, is_inserted});
    const bool whole = block->first() + reached.index >= block_end;
    walk = whole ? Walk{block_end, 0} : Walk{block->first() + reached.index, reached.skip};
    if (reached.splice == Rendition::Splice::ahead) {
      assert(!is_inserted && "what is inserted inserts nothing itself");
      const MessageWriter::Splice splice = rendition.splice_at(reached);
      place.body = splice.body;
      place.inserted = {splice.from, 0};
      return Added::to_splice;
    }
    if (!whole) return Added::some;
  }
  return Added::all;
}

// The rendition is looked up once for each block that the cursor enters.
Rendition& Subscription::rendition_of(const std::shared_ptr<LogBlock>& block) {
  const bool is_near = near_rendition_ && !near_.owner_before(block) && !block.owner_before(near_);
  if (!is_near) {
    near_rendition_ = &block->rendition(format_, log_->head());
    near_ = block;
  }
  return *near_rendition_;
}

void Subscription::consume(std::size_t bytes) {
  PeekedPieces& peeked = hub_.peeked();
  assert(peeked.owner == this);
  Place reached = peeked.reached;
  for (std::size_t i = 0; i < peeked.count; ++i) {
    const Piece& piece = peeked.pieces[i];
    if (bytes >= piece.bytes) {
      bytes -= piece.bytes;
      continue;
    }
    // The socket accepted only this many bytes of the piece.
    reached = piece.start;
    if (bytes != 0) {
      Walk& walk = piece.is_inserted ? reached.inserted : reached.main;
      const auto index = static_cast<std::uint32_t>(walk.next - piece.block->first());
      const Rendition::Place at = piece.rendition->advance({index, walk.skip}, bytes);
      walk = {piece.block->first() + at.index, at.skip};
    }
    break;
  }
  place_ = reached;
  hub_.forget_peeked();
  loaded_.reset();
}

std::shared_ptr<LogBlock> Subscription::block_at(Offset offset) {
  const auto holds = [this, offset](const std::shared_ptr<LogBlock>& block) {
    return block && offset >= block->first() && offset < block->first() + block->published().count &&
           (!numbers_messages_ || block->counts_before());
  };
  if (holds(loaded_)) return loaded_;
  if (auto near = near_.lock(); holds(near)) return near;
  if (auto found = log_->find(offset); holds(found)) return found;
  request_load(offset);
  return nullptr;
}

void Subscription::request_load(Offset offset) {
  if (loading_ == offset) return;
  loading_ = offset;
  if (!self_) self_ = std::make_shared<Subscription*>(this);
  auto loaded = [self = std::weak_ptr(self_), offset,
                 &loop = hub_.loop()](Result<std::shared_ptr<LogBlock>> block) {
    loop.post([self, offset, block = std::move(block)] {
      const auto holder = self.lock();
      if (!holder || !*holder || (*holder)->loading_ != offset) return;
      Subscription& reader = **holder;
      reader.loading_ = 0;
      if (block)
        reader.loaded_ = *block;
      else
        reader.lost_ = true;
      reader.wake();
    });
  };
  if (numbers_messages_)
    log_->load_counted(offset, std::move(loaded));
  else
    log_->load(offset, std::move(loaded));
}

}  // namespace belay
