// The port that keeps prompts encrypted in the log, where they hold what must not be on the disk in clear: what was computed
// from an upload (requirement S6). Without one, prompts are logged as they are.
//
// Called on any loop, and on the main thread while the engine recovers. Thread-safe; does not block.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/types/payloads.hpp"

namespace belay {

class PromptSeal {
 public:
  virtual ~PromptSeal() = default;

  // Whether the prompt of this request is to be encrypted.
  virtual bool covers(const RunRequest& request) const = 0;
  // The prompt's bytes, encrypted for this request. Empty: there is no key.
  virtual std::string seal(const RunRequest& request, std::string_view prompt) const = 0;
  // Fails if the key is not there any more, or the bytes were changed. The run can not be continued then.
  virtual Result<std::string> open(const RunRequest& request, std::string_view sealed) const = 0;
};

}  // namespace belay
