// An answer that is known already, told piece by piece as a model would have told it: cached answers, and the
// answers of commands.
//
// A Generation like a provider's: it calls its sink on its loop, never from inside start_replay(), and ends
// in on_end().
#pragma once

#include <memory>
#include <string>

#include "core/config.hpp"
#include "core/provider.hpp"

namespace belay {

struct KnownAnswer {
  std::shared_ptr<const std::string> text;
  std::size_t from = 0;  // so many of its bytes have been told already
  Usage usage;
  FinishReason finish = FinishReason::stop;
};

std::unique_ptr<Generation> start_replay(Loop& loop, KnownAnswer answer, std::uint32_t words_per_second,
                                         GenerationSink& sink);

}  // namespace belay
