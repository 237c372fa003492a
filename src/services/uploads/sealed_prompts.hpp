// Keeps the prompts that hold what was computed from uploads encrypted in the log (requirement S6), with the keys of uploads.
//
// Encrypted are the system prompt and the messages; the user's own question is a stored message like others. Prompts are not
// encrypted again with another key: after a key is removed, answers that a crash has cut off and whose prompts it had
// encrypted end as interrupted. Their events are deleted like those of all answers (retention.events).
#pragma once

#include <functional>
#include <memory>

#include "base/encryption/sealing_keys.hpp"
#include "base/snapshot.hpp"
#include "core/ports/prompt_seal.hpp"

namespace belay::services {

class SealedPrompts final : public PromptSeal {
 public:
  // `covers`: which requests may hold something from an upload.
  explicit SealedPrompts(std::function<bool(const RunRequest&)> covers) : covers_(std::move(covers)) {}

  // Null: there is no key.
  void replace_keys(std::shared_ptr<const SealingKeys> keys) { keys_.replace(std::move(keys)); }

  bool covers(const RunRequest& request) const override { return covers_(request); }
  std::string seal(const RunRequest& request, std::string_view prompt) const override;
  Result<std::string> open(const RunRequest& request, std::string_view sealed) const override;

 private:
  const std::function<bool(const RunRequest&)> covers_;
  Snapshot<SealingKeys> keys_;
};

}  // namespace belay::services
