// Errors on the paths of `useChat`: what a person can read, as plain text, because the AI SDK shows the whole body as it is
// (requirement K54). Status and headers are those of every error: Retry-After, RateLimit, X-Request-Id. `X-Error-Code` has
// the code, for programs. A client with `Accept: application/problem+json` gets a problem document.
#pragma once

#include <string>

#include "services/runs/run_service.hpp"
#include "transport/error_shape.hpp"

namespace belay::surfaces::chat::ui {

// In a person's words.
std::string text_of(const Error& error);

// Below /api/chat. The surface's other paths keep problem documents.
const transport::ErrorShape& error_shape();

}  // namespace belay::surfaces::chat::ui
