// Replays an answer that is already known, piece by piece, as a model would send it. Used for cached answers
// and for the answers of commands.
//
// It is a Generation like a provider's: it calls its sink on its loop, never from inside start_replay(), and
// ends with on_end().
#pragma once

#include <memory>
#include <string>

#include "core/ports/provider.hpp"
#include "core/run/config.hpp"

namespace belay {

struct KnownAnswer {
  std::shared_ptr<const std::string> text;
  std::size_t from = 0;  // number of bytes that were already sent
  Usage usage;
  FinishReason finish = FinishReason::stop;
};

std::unique_ptr<Generation> start_replay(Loop& loop, KnownAnswer answer, std::uint32_t words_per_second,
                                         GenerationSink& sink);

}  // namespace belay
