// The SendSage surface: questions to a climbing coach, answered on one stream of each user (requirements S1–S4, S7).
//
//   GET    /stream                      the events of all the caller's questions, without an end, from any position
//   POST   /chat/basic                  {prompt, conversation_id?} → 202; the answer comes on /stream as a whole
//   POST   /chat/premium                the same for Premium users, also with a file; the answer also comes in pieces
//   GET    /chat/quota                  what is left of the month's questions
//   DELETE /chat/request/{request_id}   204: the question is cancelled, or was answered
//   DELETE /chat/conversation/{conversation_id}
//                                       204: the conversation is removed for good
//   …      /api/uploads                 upload_routes.hpp
//   …      /api/context                 context_routes.hpp
//   …      /api/visualizations          visualization_routes.hpp
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <string>
#include <vector>

#include "services/uploads/uploads.hpp"
#include "services/visualizations/visualizations.hpp"
#include "surfaces/sendsage/config.hpp"
#include "surfaces/sendsage/parse.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::sendsage {

class SendsageRoutes {
 public:
  SendsageRoutes(const SurfaceContext& context, SendsageConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const SendsageConfig& config, SendsageRoutes* self);

 private:
  enum class Coach { basic, premium };

  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> basic(transport::Request& request);
  Awaitable<transport::Response> premium(transport::Request& request);
  Awaitable<transport::Response> quota(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> delete_conversation(transport::Request& request);

  struct Asker {
    Caller caller;
    std::string tier;
    bool is_premium = false;
  };
  Awaitable<Result<Asker>> identify(const transport::Request& request);
  Result<> check_premium(const Asker& asker) const;
  // What the coach gets to know besides the question.
  struct Facts {
    std::optional<services::UploadInfo> upload;            // that came with the question
    std::vector<std::string> upload_texts;                 // of it or an earlier one, the longest first
    std::optional<uploads::Statistics> upload_statistics;  // of the same
    std::string context;                                   // JSON; empty: nothing is known
    std::vector<std::string> views;                        // that the user can look at
    std::optional<services::Suggestion> suggestion;        // one of them
  };
  Awaitable<transport::Response> ask(transport::Request& request, Asker asker, Question question, Coach coach,
                                     Facts facts);
  services::StartRun start_of(Question question, const Asker& asker, Coach coach, Facts&& facts) const;
  // Adds the user's context, and what there is to see of it. Never fails: the question is answered without it.
  Awaitable<Facts> with_context(const transport::Request& request, const std::string& user,
                                const std::string& prompt, Coach coach, Facts facts);
  // Stores the file of a question, or finds the newest one.
  Awaitable<Result<Facts>> upload_facts(const transport::Request& request, const std::string& user,
                                        std::optional<services::AcceptedUpload> upload);
  // The model's alias, or empty.
  std::string model_of(Coach coach) const;
  Awaitable<void> show_error(const transport::Request& request, std::string user, std::string conversation,
                             const Error& error);

  const SurfaceContext context_;
  const SendsageConfig config_;
};

Surface make(const SurfaceContext* context, const SendsageConfig& config);

}  // namespace belay::surfaces::sendsage
