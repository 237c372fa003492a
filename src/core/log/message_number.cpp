#include "core/log/message_number.hpp"

#include <cassert>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace belay {
namespace {

// Notes where the message `wanted` begins.
class NotingFraming final : public Framing {
 public:
  NotingFraming(const Framing& framing, std::uint64_t wanted) : framing_(framing), left_(wanted) {}
  void open(const MessageHead& head, std::string& out) const override {
    if (left_-- == 0) at_ = out.size();
    framing_.open(head, out);
  }
  void close(MessagePart part, std::size_t data_at, std::string& out) const override {
    framing_.close(part, data_at, out);
  }
  std::size_t at() const { return at_; }

 private:
  const Framing& framing_;
  mutable std::uint64_t left_;
  mutable std::size_t at_ = 0;
};

struct Search {
  std::shared_ptr<LogBuffer> log;
  Format format;
  std::uint64_t number;
  Offset last;                           // readers may see it
  LogBuffer::CountedPlace place;         // reached so far
  std::optional<NumberedPlace> found{};  // nothing: the message is not among the events up to `last`
  UniqueFunction<void(Result<>, const Search&)> done{};
};

std::size_t bytes_before(const Search& search, const Event& event, Epoch epoch, std::uint64_t messages) {
  if (messages == 0) return 0;
  std::string bytes;
  const NotingFraming framing(search.format.framing, messages);
  MessageWriter writer(framing, bytes);
  search.format.dialect.render(search.log->head(), event, search.place.before, {epoch, event.offset}, writer);
  assert(framing.at() != 0 && "the dialect writes as many messages as it says");
  return framing.at();
}

// Walks the published events of the block, from search.place on.
void walk(Search& search, const LogBlock& block) {
  const Dialect& dialect = search.format.dialect;
  EventReader reader(block.published_range());
  for (Event event; search.place.first <= search.last && reader.next(event);) {
    if (event.offset != search.place.first) continue;
    EventCounts after = search.place.before;
    after.add(event.type, event.payload);
    if (dialect.messages_in(after) > search.number) {
      const std::uint64_t in_event = search.number - dialect.messages_in(search.place.before);
      search.found = {event.offset, bytes_before(search, event, block.epoch(), in_event)};
      return;
    }
    search.place = {event.offset + 1, after};
  }
}

// The counts up to search.place are known, so it may be any block in memory that continues there.
void continue_search(std::shared_ptr<Search> search) {
  while (!search->found && search->place.first <= search->last) {
    const Offset next = search->place.first;
    const auto block = search->log->find(next);
    if (block && next >= block->first() && next < block->first() + block->published().count) {
      walk(*search, *block);
      continue;
    }
    LogBuffer& log = *search->log;
    return log.load_counted(next, [search](Result<std::shared_ptr<LogBlock>> loaded) {
      if (!loaded) return search->done(loaded.error(), *search);
      walk(*search, **loaded);
      continue_search(search);
    });
  }
  search->done({}, *search);
}

void start(std::shared_ptr<LogBuffer> log, const Format& format, std::uint64_t number,
           UniqueFunction<void(Result<>, const Search&)> done) {
  assert(format.dialect.numbers_messages());
  const Offset last = log->last();
  auto place = log->last_counted([&](const LogBuffer::CountedPlace& known) {
    return known.first <= last + 1 && format.dialect.messages_in(known.before) <= number;
  });
  auto search = std::make_shared<Search>(Search{std::move(log), format, number, last, std::move(place)});
  search->done = std::move(done);
  continue_search(std::move(search));
}

}  // namespace

void find_message(std::shared_ptr<LogBuffer> log, const Format& format, std::uint64_t number,
                  Done<NumberedPlace> done) {
  start(
      std::move(log), format, number,
      [done = std::move(done)](Result<> walked, const Search& search) mutable {
        if (!walked) return done(walked.error());
        if (search.found) return done(*search.found);
        if (search.format.dialect.messages_in(search.place.before) == search.number)
          return done(NumberedPlace{search.place.first, 0});
        done(make_error(ErrorCode::position_ahead,
                        "This number lies ahead of the stream. Send the number of the last message that you "
                        "received, unchanged."));
      });
}

void count_messages(std::shared_ptr<LogBuffer> log, const Dialect& dialect, Done<std::uint64_t> done) {
  start(std::move(log), {dialect, plain_framing()}, std::numeric_limits<std::uint64_t>::max(),
        [done = std::move(done)](Result<> walked, const Search& search) mutable {
          if (!walked) return done(walked.error());
          done(search.format.dialect.messages_in(search.place.before));
        });
}

}  // namespace belay
