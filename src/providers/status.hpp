// What an HTTP status of a provider means to us, whatever the dialect: one table, used by every real provider
// and by the scripted one that imitates them. Facts: the providers' own error pages, as of November 2026
// (OpenAI "Error codes", Anthropic "Errors", xAI "Debugging errors").
#pragma once

#include <string_view>

#include "base/error.hpp"

namespace belay::providers {

struct StatusMeaning {
  ErrorCode code = ErrorCode::provider_broken;
  bool may_retry = false;
  std::string_view text;    // for users: what happened and what to do; quotes nothing of the provider's
  std::string_view advice;  // for the operator; may be empty
};

StatusMeaning meaning_of_status(int status);

// The account is used up or unpaid: whatever the status says, asking again does not help.
StatusMeaning meaning_of_used_up_account();

// What users are told where only the operator can help.
inline constexpr std::string_view kModelNotAvailable =
    "This model is not available at the moment. Choose another model, or tell the operator of this server.";

}  // namespace belay::providers
