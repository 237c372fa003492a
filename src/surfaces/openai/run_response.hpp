// What the responses of the surface have in common.
#pragma once

#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/openai/options.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::openai {

// What the services call the id of a run, in Error::field.
inline constexpr std::string_view kAboutRun = "request_id";

// Every successful response has both names of the request's id, as errors do.
inline transport::Response named(transport::Response response, const transport::Request& request) {
  response.headers.push_back({"request-id", request.request_id});
  return response;
}
inline transport::Response of_run(transport::Response response, const RunId& run) {
  response.headers.push_back({"x-belay-run-id", run.text()});
  return response;
}

// Of continue_at_message(), which knows no parameter.
inline Error at_number(Error error) {
  if (error.code == ErrorCode::position_ahead) error.field = kAboutStartingAfter;
  return error;
}

// The services call an unknown model a wrong request.
inline Error in_openai_terms(Error error) {
  if (error.code == ErrorCode::invalid_request && error.field == services::kAboutModel)
    error.code = ErrorCode::not_found;
  return error;
}

}  // namespace belay::surfaces::openai
