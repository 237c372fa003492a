// Images and files in the requests of OpenAI's clients (requirement K8).
#pragma once

#include <string>

#include "base/result.hpp"
#include "core/types/message.hpp"

namespace belay::surfaces::openai {

// `text` is "data:image/png;base64,…", or an address that the provider fetches. Fails with `invalid_request` and `place`.
Result<Media> read_media(const std::string& text, const std::string& place);

}  // namespace belay::surfaces::openai
