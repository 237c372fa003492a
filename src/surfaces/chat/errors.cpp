#include "surfaces/chat/errors.hpp"

#include <array>

namespace belay::surfaces::chat {
namespace {

constexpr std::size_t kMaxNamed = 10;

struct Wording {
  std::string_view about;
  ErrorCode code;
  const char* field;
  const char* detail;
};
constexpr std::array kWordings{
    Wording{services::kAboutSession, ErrorCode::not_found, "sessionId",
            "There is no such session. Check its id, or start one."},
    Wording{services::kAboutSession, ErrorCode::expired, "sessionId",
            "This session has ended. Start a new one: leave sessionId out."},
    Wording{services::kAboutConversation, ErrorCode::not_found, "chatId",
            "There is no such chat. Check its id."},
    Wording{services::kAboutConversation, ErrorCode::conflict, "chatId",
            "This session belongs to another chat. Leave chatId out, or start a new session."},
    Wording{services::kAboutMessage, ErrorCode::not_found, "messageId",
            "There is no such message. Check its id."},
};

// Names the tier that the model needs, the models that the caller may choose, and how to choose one.
std::string tier_detail(const services::StartOutcome& refused, const services::RuntimeConfig& runtime,
                        std::string_view how) {
  std::string detail = "The model " + refused.model + " is not open to you. " + refused.run.error().detail;
  const std::vector<const Model*> open = services::models_for(runtime, refused.tier);
  if (open.empty()) return detail + " No model is open to your tier.";
  std::string names;
  for (std::size_t i = 0; i < open.size() && i < kMaxNamed; ++i)
    names += (i == 0 ? "" : ", ") + open[i]->alias;
  if (open.size() > kMaxNamed) names += " and others (GET /api/chat/models)";
  return detail.append(" Choose another ").append(how).append(": ").append(names).append(".");
}

}  // namespace

Error in_chat_terms(Error error) {
  for (const Wording& wording : kWordings)
    if (wording.about == error.field && wording.code == error.code) {
      error.field = wording.field;
      error.detail = wording.detail;
      return error;
    }
  if (error.field == services::kAboutMessage) error.field = "messageId";
  return error;
}

Error stream_error(Error error, const char* field) {
  // The session stays when its answer is removed, for example by /clear.
  if (error.code == ErrorCode::not_found)
    return make_error(ErrorCode::expired,
                      "This answer was removed: its chat was cleared or deleted. Ask again.", field);
  if (error.code == ErrorCode::expired)
    return make_error(ErrorCode::expired,
                      "The stream of this answer is no longer kept. Read the history, or ask again.", field);
  return error;
}

Error in_chat_terms(const services::StartOutcome& refused, const services::RuntimeConfig& runtime,
                    std::string_view how) {
  Error error = refused.run.error();
  if (error.field != services::kAboutModel) return in_chat_terms(std::move(error));
  error.field = "modelId";
  if (error.code == ErrorCode::forbidden)
    error.detail = tier_detail(refused, runtime, how);
  else if (error.code == ErrorCode::invalid_request && refused.model.empty())
    error.detail = "No model is open to your tier.";
  else if (error.code == ErrorCode::invalid_request)
    error.detail += " GET /api/chat/models lists those that you may use.";
  return error;
}

}  // namespace belay::surfaces::chat
