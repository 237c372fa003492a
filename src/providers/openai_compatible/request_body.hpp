// The body of a Chat Completions request.
//
// What differs between servers is in the catalogue's row (names of model, token field and system role,
// whether sampling parameters are allowed) and in OpenAiConfig (stream options, how a partial answer is
// continued).
#pragma once

#include <string>

#include "core/provider.hpp"
#include "providers/config.hpp"

namespace belay::providers {

std::string chat_request_body(const OpenAiConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
