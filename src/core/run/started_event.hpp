// The payload of `started`: the whole request, from which another process can take the run over. The prompt in it may be
// encrypted (core/ports/prompt_seal.hpp); everything else stays readable.
#pragma once

#include <string>
#include <string_view>

#include "core/ports/prompt_seal.hpp"
#include "core/types/payloads.hpp"

namespace belay {

// `seal` may be null.
std::string encode_started(const RunRequest& request, const PromptSeal* seal);

struct StartedRequest {
  RunRequest request;
  bool has_prompt = true;  // false: it can not be decrypted
};
// Fails like decode_request().
Result<StartedRequest> decode_started(std::string_view payload, const PromptSeal* seal);

}  // namespace belay
