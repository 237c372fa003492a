// Reads a premium question while its body arrives (requirement S4): JSON {prompt, conversation_id?, file?, filename?,
// encoding?} or multipart/form-data with the same fields. A file is read, checked and encrypted on its way; nothing is
// stored yet. The caller stores it (Uploads::store()) when the question is admitted.
//
// In JSON, `file` is a string: the file's text, or base64 with "encoding":"base64". In a form, the file is named by its
// part, or by `filename` in front of it.
//
// Errors: `unsupported_media_type` (415), `invalid_request` (400), those of the reader of files (415, 422, 413 with the
// document's words), `too_many_active`, `server_full`, `conflict` (too many uploads), `cancelled` (the client has gone).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/uploads/uploads.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::sendsage {

struct PremiumQuestion {
  std::string prompt;
  std::string conversation_id;  // empty: none was given
  std::optional<services::AcceptedUpload> upload;
  std::string idempotency_key;  // empty: none
  // Of what the question says, for the key; it does not depend on the form's boundary or on the order of fields.
  std::string digest;
};

struct QuestionRules {
  ByteCount max_prompt = 64_KiB;
  ByteCount max_file = 10_MiB;  // uploads.max_file
};

struct PremiumOutcome {
  Result<PremiumQuestion> question;
  std::vector<LimitStatus> limits{};  // what refused, for error_response()
};

// For a route with streams_body and kMaxUploadBody (upload_body.hpp). On the request's loop; everything outlives the call.
Awaitable<PremiumOutcome> read_premium_question(transport::Request& request, const SurfaceContext& context,
                                                const Caller& caller, QuestionRules rules);

}  // namespace belay::surfaces::sendsage
