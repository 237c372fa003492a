#include "surfaces/chat/parse.hpp"

#include <charconv>

#include "base/digest.hpp"
#include "prompts/hygiene.hpp"
#include "surfaces/chat/cursor.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr std::size_t kMaxModel = 128;
constexpr std::size_t kMaxPage = 500;
constexpr std::size_t kMaxHits = 50;  // of a search

Error malformed_id(const char* field) {
  return make_error(
      ErrorCode::invalid_request,
      std::string(field) + " must be 1 to 128 letters, digits, dots, colons, dashes or underscores.", field);
}

Result<std::string> client_id(const JsonObject& body, const char* field) {
  auto text = optional_string(body, field);
  if (!text) return text;
  const JsonObject::Member* given = body.find(field);
  if (given && given->kind != JsonKind::null && !is_client_id(*text)) return malformed_id(field);
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

// The message that the request replaces or continues, if it does.
Result<std::optional<services::StartRun::Replaces>> parse_replaces(const JsonObject& body) {
  using services::StartRun;
  struct Field {
    const char* name;
    Branch::Kind how;
  };
  std::optional<StartRun::Replaces> found;
  for (const Field& field : {Field{"regenerate", Branch::Kind::regenerate}, Field{"edit", Branch::Kind::edit},
                             Field{"continue", Branch::Kind::continuation}}) {
    const JsonObject::Member* given = body.find(field.name);
    if (!given || given->kind == JsonKind::null) continue;
    const auto text = optional_string(body, field.name);
    if (!text) return text.error();
    if (text->empty())
      return make_error(ErrorCode::invalid_request,
                        std::string(field.name) + " must be the id of a message, or be left out.",
                        field.name);
    if (found)
      return make_error(ErrorCode::invalid_request, "Give only one of regenerate, edit and continue.",
                        field.name);
    const auto message = parse_message_id(*text, field.name);
    if (!message) return message.error();
    found = StartRun::Replaces{field.how, *message, false};
  }
  return found;
}

Result<std::string> parse_prompt(const JsonObject& body,
                                 const std::optional<services::StartRun::Replaces>& replaces, ByteCount max) {
  if (!replaces || replaces->how == Branch::Kind::edit) return required_message(body, "prompt", max);
  const JsonObject::Member* given = body.find("prompt");
  if (given && given->kind != JsonKind::null)
    return make_error(
        ErrorCode::invalid_request,
        "Leave prompt out: with regenerate and continue, the question is the one that was asked.", "prompt");
  return std::string();
}

Result<bool> parse_bypass(const JsonObject& body) {
  const auto cache = optional_string(body, "cache");
  if (!cache) return cache.error();
  if (cache->empty() || *cache == "bypass") return !cache->empty();
  return make_error(ErrorCode::invalid_request, "cache must be \"bypass\", or left out.", "cache");
}

// These would hide a chat behind a path of the surface.
Result<> refuse_reserved(std::string_view chat, const char* field) {
  for (const std::string_view name : {"start", "stream", "history", "models", "messages", "socket"})
    if (chat == name)
      return make_error(ErrorCode::invalid_request,
                        std::string("This ") + field + " is a word of the API. Choose another.", field);
  return {};
}

Result<std::size_t> parse_limit(const transport::Request& request, std::size_t usual, std::size_t max) {
  const auto text = request.query_value("limit");
  if (!text) return usual;
  std::size_t limit = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || limit < 1 || limit > max)
    return make_error(ErrorCode::invalid_request,
                      "limit must be a number from 1 to " + std::to_string(max) + ".", "limit");
  return limit;
}

Result<std::optional<bool>> parse_archived(const transport::Request& request) {
  const auto archived = request.query_value("archived");
  if (!archived) return std::optional<bool>();
  if (*archived == "true" || *archived == "false") return std::optional(*archived == "true");
  return make_error(ErrorCode::invalid_request, "archived must be true or false.", "archived");
}

Result<std::optional<ConversationPlace>> parse_cursor(const transport::Request& request) {
  const auto text = request.query_value("cursor");
  if (!text || text->empty()) return std::optional<ConversationPlace>();
  const auto place = ConversationPlace::parse(*text);
  if (!place)
    return make_error(ErrorCode::invalid_request, "This is no cursor. Send nextCursor as it was answered.",
                      "cursor");
  return place;
}

}  // namespace

Result<> check_chat_id(std::string_view chat, const char* field) {
  if (!is_client_id(chat)) return malformed_id(field);
  return refuse_reserved(chat, field);
}

Result<services::StartRun> parse_start(const transport::Request& request, const ChatConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  services::StartRun start;
  start.surface = kSurface;
  start.mode = "chat";
  start.session.emplace();
  auto replaces = parse_replaces(*body);
  if (!replaces) return replaces.error();
  start.replaces = std::move(*replaces);
  auto prompt = parse_prompt(*body, start.replaces, config.max_prompt);
  if (!prompt) return prompt.error();
  start.prompt = std::move(*prompt);
  const auto bypass = parse_bypass(*body);
  if (!bypass) return bypass.error();
  start.bypass_cache = *bypass;
  // A question that is edited stays a question.
  auto command = start.replaces ? std::nullopt : services::parse_command(start.prompt);
  if (command)
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
  if (const auto fine = refuse_reserved(start.session->conversation, "chatId"); !fine) return fine.error();
  const auto restarts = parse_restarts(request, *body);
  if (!restarts) return restarts.error();
  start.may_restart = *restarts;
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  if (!start.key.empty()) start.digest = digest_of(request.body);
  return start;
}

Result<AnswerQuery> parse_answer_query(const transport::Request& request) {
  AnswerQuery query;
  query.session = request.query_value("sessionId").value_or("");
  query.chat = request.query_value("chatId").value_or("");
  if (query.session.empty() != query.chat.empty()) return query;
  if (query.session.empty())
    return make_error(ErrorCode::invalid_request,
                      "sessionId is missing. Send the one that POST /api/chat/start answered, or a chatId.",
                      "sessionId");
  return make_error(ErrorCode::invalid_request, "Give sessionId or chatId, not both.", "chatId");
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
  const auto limit = parse_limit(request, config.page_size, kMaxPage);
  if (!limit) return limit.error();
  query.limit = *limit;
  // An unknown chat is not found, but an unknown project or task is empty.
  for (const auto& [name, id] : {std::pair("projectId", &query.of.project), {"taskId", &query.of.task}})
    if (!id->empty() && !is_client_id(*id)) return malformed_id(name);
  if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty()) {
    const auto before = parse_history_cursor(*cursor, query.of);
    if (!before) return before.error();
    query.before = *before;
  }
  return query;
}

Result<ListQuery> parse_list(const transport::Request& request, const ChatConfig& config) {
  const auto limit = parse_limit(request, config.page_size, kMaxPage);
  if (!limit) return limit.error();
  const auto after = parse_cursor(request);
  if (!after) return after.error();
  const auto archived = parse_archived(request);
  if (!archived) return archived.error();
  return ListQuery{archived->value_or(false), *after, *limit};
}

Result<std::optional<SearchQuery>> parse_search(const transport::Request& request) {
  const auto text = request.query_value("q");
  if (!text) return std::optional<SearchQuery>();
  auto words = search::parse_query(*text);
  if (!words) return words.error();
  if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty())
    return make_error(ErrorCode::invalid_request, "Leave cursor out: a search has one page.", "cursor");
  const auto archived = parse_archived(request);
  if (!archived) return archived.error();
  SearchQuery query;
  const auto limit = parse_limit(request, query.limit, kMaxHits);
  if (!limit) return limit.error();
  query.words = std::move(*words);
  query.archived = *archived;
  query.limit = *limit;
  return std::optional(std::move(query));
}

namespace {

constexpr std::size_t kMaxTitle = 200;  // bytes

Result<std::optional<bool>> optional_flag(const JsonObject& body, const char* field) {
  const JsonObject::Member* given = body.find(field);
  if (!given || given->kind == JsonKind::null) return std::optional<bool>();
  if (given->kind == JsonKind::boolean) return std::optional(given->truth());
  return make_error(ErrorCode::invalid_request, std::string(field) + " must be true or false.", field);
}

}  // namespace

Result<ConversationChange> parse_change(const transport::Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  ConversationChange change;
  if (const JsonObject::Member* given = body->find("title"); given && given->kind != JsonKind::null) {
    const auto title = optional_string(*body, "title");
    if (!title) return title.error();
    if (title->size() > kMaxTitle)
      return make_error(ErrorCode::invalid_request, "title must be at most 200 bytes long.", "title");
    if (prompts::without_control_characters(*title) != *title || title->find_first_of("\t\n") != title->npos)
      return make_error(
          ErrorCode::invalid_request,
          "title must be one line of text: take out line breaks, tabs and other control characters.",
          "title");
    if (!title->empty() && !prompts::has_visible_text(*title))
      return make_error(ErrorCode::invalid_request,
                        "title must hold something that can be seen. Send \"\" to have a title made again.",
                        "title");
    change.title = *title;
  }
  const auto archived = optional_flag(*body, "archived");
  if (!archived) return archived.error();
  change.archived = *archived;
  const auto pinned = optional_flag(*body, "pinned");
  if (!pinned) return pinned.error();
  change.pinned = *pinned;
  if (change.title || change.archived || change.pinned) return change;
  return make_error(ErrorCode::invalid_request, "Give at least one of title, archived and pinned.", "title");
}

Result<MessageId> parse_branch(const transport::Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  const auto message = required_string(*body, "messageId");
  if (!message) return message.error();
  return parse_message_id(*message, "messageId");
}

Result<Branches> parse_branches(const transport::Request& request) {
  const auto which = request.query_value("branches").value_or("chosen");
  if (which == "chosen") return Branches::chosen;
  if (which == "all") return Branches::all;
  return make_error(ErrorCode::invalid_request, "branches must be chosen or all.", "branches");
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

Result<MessageId> parse_message_id(std::string_view text, const char* field) {
  if (const auto id = MessageId::parse(text)) return *id;
  return make_error(ErrorCode::not_found, "There is no such message. Check its id.", field);
}

}  // namespace belay::surfaces::chat
