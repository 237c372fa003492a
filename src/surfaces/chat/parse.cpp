#include "surfaces/chat/parse.hpp"

#include <charconv>

#include "base/digest.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr std::size_t kMaxModel = 128;
constexpr std::size_t kMaxPage = 500;

Result<std::string> client_id(const JsonObject& body, const char* field) {
  auto text = optional_string(body, field);
  if (!text) return text;
  const JsonObject::Member* given = body.find(field);
  if (given && given->kind != JsonKind::null && !is_client_id(*text))
    return make_error(
        ErrorCode::invalid_request,
        std::string(field) + " must be 1 to 128 letters, digits, dots, colons, dashes or underscores.",
        field);
  return text;
}

Result<bool> parse_restarts(const transport::Request& request, const JsonObject& body) {
  if (const auto query = request.query_value("restarts")) {
    if (*query == "1") return true;
    if (*query == "0") return false;
    return make_error(ErrorCode::invalid_request, "restarts must be 1 or 0.", "restarts");
  }
  const JsonObject::Member* given = body.find("restarts");
  if (!given || given->kind == JsonKind::null) return false;
  if (given->kind != JsonKind::boolean)
    return make_error(ErrorCode::invalid_request, "restarts must be true or false.", "restarts");
  return given->truth();
}

Result<std::size_t> parse_limit(const transport::Request& request, const ChatConfig& config) {
  const auto text = request.query_value("limit");
  if (!text) return std::size_t{config.page_size};
  std::size_t limit = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || limit < 1 || limit > kMaxPage)
    return make_error(ErrorCode::invalid_request, "limit must be a number from 1 to 500.", "limit");
  return limit;
}

template <class Place>
Result<std::optional<Place>> parse_cursor(const transport::Request& request) {
  const auto text = request.query_value("cursor");
  if (!text || text->empty()) return std::optional<Place>();
  const auto place = Place::parse(*text);
  if (!place)
    return make_error(ErrorCode::invalid_request, "This is no cursor. Send nextCursor as it was answered.",
                      "cursor");
  return place;
}

}  // namespace

Result<services::StartRun> parse_start(const transport::Request& request, const ChatConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  services::StartRun start;
  start.surface = kSurface;
  start.mode = "chat";
  start.session.emplace();
  auto prompt = required_message(*body, "prompt", config.max_prompt);
  if (!prompt) return prompt.error();
  start.prompt = std::move(*prompt);
  if (auto command = services::parse_command(start.prompt))
    start.command = {std::move(*command), config.prefix + "/api/chat/"};
  else
    start.prompt = services::without_escape(std::move(start.prompt));
  start.recipe = std::make_unique<prompts::ConversationRecipe>(start.prompt, "prompt");
  auto model = optional_name(*body, "modelId", kMaxModel);
  if (!model) return model.error();
  start.model = std::move(*model);
  struct Field {
    const char* name;
    std::string& target;
  };
  for (const Field& field :
       {Field{"chatId", start.session->conversation}, Field{"sessionId", start.session->id},
        Field{"projectId", start.project}, Field{"taskId", start.task}}) {
    const auto text = client_id(*body, field.name);
    if (!text) return text.error();
    field.target = *text;
  }
  const auto restarts = parse_restarts(request, *body);
  if (!restarts) return restarts.error();
  start.may_restart = *restarts;
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  if (!start.key.empty()) start.digest = digest_of(request.body);
  return start;
}

Result<std::string> parse_session_id(const transport::Request& request) {
  const auto id = request.query_value("sessionId");
  if (!id || id->empty())
    return make_error(ErrorCode::invalid_request,
                      "sessionId is missing. Send the one that POST /api/chat/start answered.", "sessionId");
  return std::string(*id);
}

Result<HistoryQuery> parse_history(const transport::Request& request, const ChatConfig& config) {
  HistoryQuery query;
  const auto given = [&](const char* name, std::string& target) {
    const auto value = request.query_value(name);
    if (value) target = *value;
    return value && !value->empty() ? 1 : 0;
  };
  if (given("chatId", query.of.conversation) + given("projectId", query.of.project) +
          given("taskId", query.of.task) !=
      1)
    return make_error(ErrorCode::invalid_request, "Give one of chatId, projectId and taskId.", "chatId");
  const auto limit = parse_limit(request, config);
  if (!limit) return limit.error();
  query.limit = *limit;
  const auto before = parse_cursor<MessagePlace>(request);
  if (!before) return before.error();
  query.before = *before;
  return query;
}

Result<ListQuery> parse_list(const transport::Request& request, const ChatConfig& config) {
  const auto limit = parse_limit(request, config);
  if (!limit) return limit.error();
  const auto after = parse_cursor<ConversationPlace>(request);
  if (!after) return after.error();
  return ListQuery{*after, *limit};
}

Result<Reaction> parse_reaction(const transport::Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  const auto reaction = required_string(*body, "reaction");
  if (!reaction) return reaction.error();
  if (*reaction == "like") return Reaction::like;
  if (*reaction == "dislike") return Reaction::dislike;
  return make_error(ErrorCode::invalid_request, "reaction must be \"like\" or \"dislike\".", "reaction");
}

Result<MessageId> parse_message_id(std::string_view text) {
  if (const auto id = MessageId::parse(text)) return *id;
  return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "id");
}

}  // namespace belay::surfaces::chat
