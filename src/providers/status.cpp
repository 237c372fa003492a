#include "providers/status.hpp"

#include <array>

namespace belay::providers {
namespace {

struct Row {
  int status;
  StatusMeaning meaning;
};

constexpr std::string_view kNotAccepted =
    "The provider did not accept this request. Ask in other words, or choose another model.";

constexpr std::array kRows = {
    Row{400,
        {ErrorCode::provider_rejected, false, kNotAccepted,
         "The provider refused the request as malformed. Check the model's row in the catalogue: "
         "upstream_name, protocol, token_field, max_output, sampling_allowed, tools_allowed."}},
    Row{401,
        {ErrorCode::provider_rejected, false, kModelNotAvailable,
         "The provider refused the API key. Check the key that api_key_env or api_key_file name."}},
    Row{402,
        {ErrorCode::provider_rejected, false, kModelNotAvailable,
         "The provider's account is unpaid. Check its billing."}},
    Row{403,
        {ErrorCode::provider_rejected, false, kModelNotAvailable,
         "The provider does not allow this key to use the model. Check the key's permissions."}},
    Row{404,
        {ErrorCode::provider_rejected, false, kModelNotAvailable,
         "The provider does not know the model or the address. Check upstream_name and base_url: the model "
         "may be retired."}},
    Row{408,
        {ErrorCode::provider_timeout, true, "The provider took too long to read the request. Try again.",
         ""}},
    Row{409,
        {ErrorCode::provider_unavailable, true, "The provider could not answer at the moment. Try again.",
         "The provider reports a conflict (409)."}},
    Row{413,
        {ErrorCode::provider_rejected, false,
         "The conversation is too long for this model. Shorten it, begin a new one, or choose a model that "
         "takes longer ones.",
         "The request is larger than the model or the provider takes. If the model should take it, check its "
         "window and max_output in the catalogue, and the context size that the server was started with."}},
    Row{422,
        {ErrorCode::provider_rejected, false, kNotAccepted,
         "The provider refused the request as unusable. Check the model's row in the catalogue."}},
    Row{429,
        {ErrorCode::provider_rate_limited, true,
         "The provider is asked too much at the moment. Try again later.",
         "The provider's rate limit is reached. Have it raised, lower max_concurrent, or give the model "
         "fallbacks."}},
    Row{504, {ErrorCode::provider_timeout, true, "The provider timed out. Try again.", ""}},
    Row{529, {ErrorCode::provider_unavailable, true, "The provider is overloaded. Try again later.", ""}},
};

}  // namespace

StatusMeaning meaning_of_status(int status) {
  for (const Row& row : kRows)
    if (row.status == status) return row.meaning;
  if (status >= 500 && status < 600)
    return {ErrorCode::provider_unavailable, true,
            "The provider is not available at the moment. Try again later.", ""};
  if (status >= 400 && status < 500)
    return {ErrorCode::provider_rejected, false, kModelNotAvailable,
            "The provider refused the request. Check the provider's settings."};
  if (status >= 300 && status < 400)
    return {ErrorCode::provider_rejected, false, kModelNotAvailable,
            "The provider answered with a redirect, which is not followed: the key would go with it. Check "
            "base_url."};
  return {ErrorCode::provider_broken, false,
          "The provider's answer could not be read. Try again, or choose another model.",
          "The provider answered with an unexpected status. Check base_url."};
}

StatusMeaning meaning_of_exhausted_account() {
  return {ErrorCode::provider_rejected, false, kModelNotAvailable,
          "The provider's account has no credit left. Check its billing and spending limits."};
}

}  // namespace belay::providers
