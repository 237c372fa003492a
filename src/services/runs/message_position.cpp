#include "services/runs/message_position.hpp"

#include <utility>

#include "core/log/log_buffer.hpp"
#include "core/log/message_number.hpp"

namespace belay::services {

Awaitable<Result<OpenLog>> continue_at_message(Loop& loop, OpenLog log, const Format& format,
                                               std::uint64_t number) {
  auto find = [buffer = log.log, format, number](UniqueFunction<void(Result<NumberedPlace>)> done) {
    find_message(buffer, format, number, std::move(done));
  };
  const Result<NumberedPlace> place = co_await await_callback<Result<NumberedPlace>>(loop, std::move(find));
  if (!place) co_return place.error();
  log.after = {log.log->epoch_at(place->event - 1), place->event - 1};
  log.skip = place->skip;
  const Offset terminal = log.log->terminal();
  log.has_ended = terminal != 0;
  log.is_over = log.has_ended && log.after.offset >= terminal;
  co_return log;
}

Awaitable<Result<std::uint64_t>> count_messages_of(Loop& loop, OpenLog log, const Dialect& dialect) {
  auto count = [buffer = log.log, &dialect](UniqueFunction<void(Result<std::uint64_t>)> done) {
    count_messages(buffer, dialect, std::move(done));
  };
  const Result<std::uint64_t> counted =
      co_await await_callback<Result<std::uint64_t>>(loop, std::move(count));
  co_return counted;
}

}  // namespace belay::services
