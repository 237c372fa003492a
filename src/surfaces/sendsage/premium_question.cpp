#include "surfaces/sendsage/premium_question.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/base64url.hpp"
#include "base/digest.hpp"
#include "base/run_in_turn.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/sendsage/upload_body.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/target.hpp"

namespace belay::surfaces::sendsage {
namespace {

// A larger JSON body is kept only with a place among the uploads, and is parsed on the pool.
constexpr std::size_t kSmallBody = 64 * 1024;
constexpr std::size_t kMaxConversationId = 128;

// A question as JSON, without its file's content being read.
struct JsonQuestion {
  std::string prompt;
  std::string conversation_id;
  std::string file_name;
  std::string file;
  bool has_file = false;
};

Error bad(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

// Base64 with the usual alphabet, with or without padding.
std::optional<std::string> from_base64(std::string text) {
  for (int i = 0; i < 2 && text.size() % 4 == 0 && text.ends_with('='); ++i) {
    text.pop_back();
    if (!text.ends_with('=')) break;
    text.pop_back();
    break;
  }
  for (char& c : text) {
    if (c == '-' || c == '_') return std::nullopt;
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return auth::from_base64url(text);
}

Result<std::string> file_of(std::string text, std::string_view encoding) {
  if (encoding.empty() || encoding == "text") return text;
  if (encoding != "base64") return bad("encoding", "encoding must be text or base64.");
  auto bytes = from_base64(std::move(text));
  if (!bytes) return bad("file", "file is not base64. Send it with padding and without line ends.");
  return std::move(*bytes);
}

Result<> check_conversation(std::string_view id) {
  if (id.empty() || is_client_id(id)) return {};
  return bad(
      "conversation_id",
      fmt::format("conversation_id must have 1 to {} letters, digits, dots, colons, dashes or underscores.",
                  kMaxConversationId));
}

Result<JsonQuestion> parse_question(const transport::Request& typed, QuestionRules rules) {
  const auto body = parse_json_object(typed);
  if (!body) return body.error();
  JsonQuestion question;
  auto prompt = required_message(*body, "prompt", rules.max_prompt);
  if (!prompt) return prompt.error();
  question.prompt = std::move(*prompt);
  auto conversation = optional_string(*body, "conversation_id");
  if (!conversation) return conversation.error();
  if (const auto fine = check_conversation(*conversation); !fine) return fine.error();
  question.conversation_id = std::move(*conversation);
  const JsonObject::Member* const file = body->find("file");
  question.has_file = file && file->kind != JsonKind::null;
  if (!question.has_file) return question;
  auto name = optional_string(*body, "filename");
  if (!name) return name.error();
  if (name->empty()) return bad("filename", "The file needs a name that ends in .csv, .txt or .json.");
  const auto encoding = optional_string(*body, "encoding");
  if (!encoding) return encoding.error();
  auto text = required_string(*body, "file");
  if (!text) return text.error();
  auto bytes = file_of(std::move(*text), *encoding);
  if (!bytes) return bytes.error();
  question.file_name = std::move(*name);
  question.file = std::move(*bytes);
  return question;
}

std::string digest_of_parts(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += fmt::format("{}:", part.size()).append(part);
  return digest_of(all);
}

PremiumOutcome refused(Error error, std::optional<LimitStatus> limit = std::nullopt) {
  PremiumOutcome outcome{std::move(error)};
  if (limit) outcome.limits.push_back(std::move(*limit));
  return outcome;
}

// What both forms end in.
PremiumOutcome complete(PremiumQuestion question, UploadedForm form) {
  const std::string name = form.upload ? form.upload->label.name : std::string();
  question.digest = digest_of_parts({question.prompt, question.conversation_id, name, form.file_digest});
  question.upload = std::move(form.upload);
  return {std::move(question)};
}

Awaitable<PremiumOutcome> read_form(UploadBody& body, QuestionRules rules, std::string key) {
  FormRules fields;
  fields.texts = {{"prompt", rules.max_prompt},
                  {"conversation_id", ByteCount{kMaxConversationId}},
                  {"filename", ByteCount{services::kMaxFileName}}};
  auto outcome = co_await body.read_form(std::move(fields));
  if (!outcome.form) co_return refused(outcome.form.error(), std::move(outcome.limit));
  UploadedForm& form = *outcome.form;
  PremiumQuestion question;
  const auto prompt = form.texts.find("prompt");
  if (prompt == form.texts.end()) co_return refused(bad("prompt", "prompt is missing."));
  auto checked = checked_message(prompt->second, "prompt", rules.max_prompt);
  if (!checked) co_return refused(checked.error());
  question.prompt = std::move(*checked);
  if (const auto id = form.texts.find("conversation_id"); id != form.texts.end()) {
    if (const auto fine = check_conversation(id->second); !fine) co_return refused(fine.error());
    question.conversation_id = id->second;
  }
  question.idempotency_key = std::move(key);
  co_return complete(std::move(question), std::move(form));
}

// The whole body, and a place among the uploads if it is not small.
struct WholeBody {
  Result<std::string> text;
  std::optional<LimitStatus> limit{};
  services::Admission place{};
};
Awaitable<WholeBody> read_whole(transport::Request& request, services::Uploads& uploads, const Caller& caller,
                                QuestionRules rules) {
  // A file as a JSON string takes up to twice its size, if few characters are escaped.
  BoundedBody body(request, ByteCount{2 * rules.max_file.value + 6 * rules.max_prompt.value + kFormBytes});
  if (auto fits = body.check_length(); !fits) co_return WholeBody{fits.error()};
  WholeBody whole{std::string()};
  bool has_place = false;
  for (;;) {
    const auto piece = co_await body.read();
    if (!piece) co_return WholeBody{piece.error()};
    if (piece->empty()) co_return whole;
    whole.text->append(*piece);
    if (has_place || whole.text->size() <= kSmallBody) continue;
    auto held = co_await uploads.reserve(*request.loop, deadline_of(request), caller);
    if (!held.held) co_return WholeBody{held.held.error(), std::move(held.limit)};
    whole.place = std::move(*held.held);
    has_place = true;
  }
}

Awaitable<Result<JsonQuestion>> parse_whole(transport::Request& request, FairThreadPool& pool,
                                            std::string user, std::string text, QuestionRules rules) {
  transport::Request typed;
  typed.headers = request.headers;
  typed.body = std::move(text);
  if (typed.body.size() <= kSmallBody) co_return parse_question(typed, rules);
  auto work = [typed = std::move(typed), rules](const FairThreadPool::Turn&) {
    return std::optional(parse_question(typed, rules));
  };
  const std::uint64_t place = pool.next_place();
  co_return co_await run_in_turn<JsonQuestion>(*request.loop, pool, std::move(user), place, std::move(work));
}

Awaitable<PremiumOutcome> read_json(transport::Request& request, const SurfaceContext& context,
                                    const Caller& caller, UploadBody& body, QuestionRules rules,
                                    std::string key) {
  auto whole = co_await read_whole(request, *context.uploads, caller, rules);
  if (!whole.text) co_return refused(whole.text.error(), std::move(whole.limit));
  auto parsed =
      co_await parse_whole(request, context.export_pool, caller.user, std::move(*whole.text), rules);
  if (!parsed) co_return refused(parsed.error());
  UploadedForm form;
  if (parsed->has_file) {
    auto outcome = co_await body.take_file(std::move(parsed->file_name), std::move(parsed->file),
                                           std::move(whole.place));
    if (!outcome.form) co_return refused(outcome.form.error(), std::move(outcome.limit));
    form = std::move(*outcome.form);
  }
  PremiumQuestion question;
  question.prompt = std::move(parsed->prompt);
  question.conversation_id = std::move(parsed->conversation_id);
  question.idempotency_key = std::move(key);
  co_return complete(std::move(question), std::move(form));
}

}  // namespace

Awaitable<PremiumOutcome> read_premium_question(transport::Request& request, const SurfaceContext& context,
                                                const Caller& caller, QuestionRules rules) {
  auto key = parse_idempotency_key(request);
  if (!key) co_return refused(key.error());
  if (const auto fine = refuse_resume(request); !fine) co_return refused(fine.error());
  UploadBody body(request, *context.uploads, caller, rules.max_file);
  const std::string_view type = request.header("content-type").value_or("");
  if (transport::is_multipart_form(type)) co_return co_await read_form(body, rules, std::move(*key));
  if (transport::lower_case(type.substr(0, type.find_first_of("; \t"))) != "application/json")
    co_return refused(make_error(ErrorCode::unsupported_media_type,
                                 "Send the question as JSON, with Content-Type: application/json, or as "
                                 "multipart/form-data.",
                                 "Content-Type"));
  co_return co_await read_json(request, context, caller, body, rules, std::move(*key));
}

}  // namespace belay::surfaces::sendsage
