// What an HTTP status of a provider means, for every protocol. All real providers use this table, and so does
// the scripted provider that imitates them. Facts: the providers' own error pages, as of November 2026
// (OpenAI "Error codes", Anthropic "Errors", xAI "Debugging errors").
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace belay::providers {

struct StatusMeaning {
  ErrorCode code = ErrorCode::provider_broken;
  bool may_retry = false;
  // For users: what happened and what to do. Quotes nothing from the provider.
  std::string_view text;
  std::string_view advice;  // for the operator; may be empty
};

StatusMeaning meaning_of_status(int status);

// The account's quota is exhausted or its bill is unpaid: whatever the status, a retry does not help.
StatusMeaning meaning_of_exhausted_account();

// The text for users if only the operator can help.
inline constexpr std::string_view kModelNotAvailable =
    "This model is not available at the moment. Choose another model, or tell the operator of this server.";

}  // namespace belay::providers
