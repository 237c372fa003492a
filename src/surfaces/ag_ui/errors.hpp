// Errors on the paths of AG-UI, as JSON that its clients show parsed (requirement K72):
//
//   {"message":"There is no model \"x\".","code":"invalid_request","field":"forwardedProps.model","requestId":"…"}
//
// `message` and `code` are those of a RUN_ERROR. Status and other headers are those of every error: Retry-After, RateLimit,
// X-Request-Id. A client with `Accept: application/problem+json` gets a problem document.
#pragma once

#include "base/error.hpp"
#include "transport/error_shape.hpp"

namespace belay::surfaces::ag_ui {

// What the services say, in the words of a RunAgentInput.
Error in_ag_ui_terms(Error error);

// Below /ag-ui.
const transport::ErrorShape& error_shape();

}  // namespace belay::surfaces::ag_ui
