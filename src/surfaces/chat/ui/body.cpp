#include "surfaces/chat/ui/body.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_elements.hpp"
#include "base/strict_json.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat::ui {
namespace {

constexpr std::size_t kMaxModel = 128;
constexpr std::size_t kMaxName = 256;
constexpr std::string_view kToolPart = "tool-";
constexpr std::string_view kBase64 = ";base64";

// ---- Parts of messages

Result<Media> media_of(const BodyObject& part) {
  const std::string place = part.place("url");
  Media media;
  auto type = part.text("mediaType");
  if (!type) return type.error();
  if (type->size() > kMaxName) return bad_member(part.place("mediaType"), "is too long.");
  media.media_type = std::move(*type);
  auto url = part.text("url");
  if (!url) return url.error();
  if (!url->starts_with("data:")) {
    if (!url->starts_with("https://") && !url->starts_with("http://"))
      return bad_member(place, "must be a data: URL, or an address that begins with https://.");
    if (url->size() > kMaxMediaUrl.value)
      return bad_member(place, fmt::format("has more than {} bytes.", kMaxMediaUrl.value));
    media.url = std::move(*url);
    return media;
  }
  const std::size_t comma = url->find(',');
  std::string_view head = std::string_view(*url).substr(5, comma == url->npos ? comma : comma - 5);
  if (comma == url->npos || !head.ends_with(kBase64))
    return bad_member(place, "must be a data: URL in Base64, like data:image/png;base64,AAEC.");
  head.remove_suffix(kBase64.size());
  media.media_type = head.substr(0, head.find(';'));
  auto data = from_base64(std::string_view(*url).substr(comma + 1));
  if (!data || data->empty()) return bad_member(place, "is not valid Base64.");
  if (data->size() > kMaxMediaData.value)
    return bad_member(place, fmt::format("holds more than {} bytes.", kMaxMediaData.value));
  media.data = std::move(*data);
  return media;
}

class Messages {
 public:
  explicit Messages(ChatRequest& request) : request_(request) {}

  Result<> add(std::string_view raw, const std::string& place) {
    const auto message = BodyObject::read(raw, place);
    if (!message) return message.error();
    const auto role = message->required_text("role", 64);
    if (!role) return role.error();
    const auto id = message->text("id");
    if (!id) return id.error();
    const std::optional<MessageId> known = MessageId::parse(*id);
    if (*role == "user") return add_question(*message, known);
    if (*role == "assistant") return add_answer(*message, known);
    // Not the client's to say.
    if (*role == "system") return {};
    return bad_member(message->place("role"), "must be user, assistant or system.");
  }
  // Whether the last message is a question.
  bool end_with_question() const { return is_question_; }

 private:
  std::vector<Message>& said() { return request_.said.sent.messages; }

  Result<> add_question(const BodyObject& message, const std::optional<MessageId>& known) {
    Message question(Role::user);
    if (const auto read = read_parts(message, question); !read) return read.error();
    if (!std::exchange(is_question_, true)) {
      request_.said.question = said().size();
      request_.question.clear();
      request_.question_id.reset();
      if (known && known->role == Role::user) request_.question_id = known;
    }
    const std::string text = shown_text_of(question);
    if (!text.empty()) request_.question.append(request_.question.empty() ? "" : "\n\n").append(text);
    said().push_back(std::move(question));
    return {};
  }

  Result<> add_answer(const BodyObject& message, const std::optional<MessageId>& known) {
    is_question_ = false;
    if (known && known->role == Role::assistant) request_.answer_before = known;
    Message answer(Role::assistant);
    if (const auto read = read_parts(message, answer); !read) return read.error();
    said().push_back(std::move(answer));
    if (!results_.parts.empty()) said().push_back(std::exchange(results_, Message(Role::tool)));
    return {};
  }

  Result<> read_parts(const BodyObject& message, Message& into) {
    const auto list = message.find("parts", JsonKind::array, "an array of parts");
    if (!list) return list.error();
    if (!*list) {  // of earlier versions
      auto content = message.text("content");
      if (!content) return content.error();
      if (!content->empty()) into.parts.emplace_back(Text{std::move(*content)});
      return {};
    }
    const std::string place = message.place("parts");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements((*list)->raw)) {
      const auto part = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!part) return part.error();
      const auto type = part->required_text("type", kMaxName);
      if (!type) return type.error();
      if (const auto read = read_part(*part, *type, into); !read) return read.error();
    }
    return {};
  }

  Result<> read_part(const BodyObject& part, const std::string& type, Message& into) {
    if (type == "text") {
      auto text = part.text("text");
      if (!text) return text.error();
      if (!text->empty()) into.parts.emplace_back(Text{std::move(*text)});
      return {};
    }
    if (type == "file" && into.role == Role::user) return read_file(part, into);
    if (type.starts_with(kToolPart) && into.role == Role::assistant)
      return read_call(part, type.substr(kToolPart.size()), into);
    return {};
  }

  Result<> read_file(const BodyObject& part, Message& into) {
    auto media = media_of(part);
    if (!media) return media.error();
    auto name = part.text("filename");
    if (!name) return name.error();
    if (name->size() > kMaxName) return bad_member(part.place("filename"), "has more than 256 bytes.");
    prompts::ClientMessages& sent = request_.said.sent;
    if (media->media_type.starts_with("image/")) {
      if (sent.first_image.empty()) sent.first_image = part.place("type");
      into.parts.emplace_back(Image{std::move(*media), {}});
    } else {
      if (sent.first_file.empty()) sent.first_file = part.place("type");
      into.parts.emplace_back(File{std::move(*media), std::move(*name)});
    }
    return {};
  }

  // A call that has no result yet is left out: the model would wait for it.
  Result<> read_call(const BodyObject& part, const std::string& name, Message& into) {
    const auto state = part.text("state");
    if (!state) return state.error();
    const bool has_failed = *state == "output-error";
    if (*state != "output-available" && !has_failed) return {};
    auto id = part.required_text("toolCallId", kMaxName);
    if (!id) return id.error();
    std::string result;
    if (has_failed) {
      auto text = part.text("errorText");
      if (!text) return text.error();
      result = std::move(*text);
    } else if (const BodyObject::Member* output = part.find("output")) {
      result = output->kind == JsonKind::string ? output->text : compact_json(output->raw);
    }
    const BodyObject::Member* input = part.find("input");
    if (name.empty() || name.size() > kMaxToolName)
      return bad_member(part.place("type"), "must be tool- and the name of a tool.");
    into.parts.emplace_back(ToolCall{*id, name, input ? compact_json(input->raw) : "{}"});
    results_.parts.emplace_back(ToolResult{std::move(*id), std::move(result)});
    return {};
  }

  ChatRequest& request_;
  Message results_{Role::tool};  // of the calls of the answer that is being read
  bool is_question_ = false;
};

Error no_question() {
  return bad_member(
      std::string(kAboutMessages),
      "must end with a message of the user: results of tools are sent together with the next one.");
}

// With `messages`, or with `message` alone.
Result<> read_messages(const BodyObject& chat, ChatRequest& request) {
  Messages messages(request);
  const auto one = chat.find("message", JsonKind::object, "a message, an object");
  if (!one) return one.error();
  const std::string place(kAboutMessages);
  const auto list = chat.find(kAboutMessages, JsonKind::array, "an array of messages");
  if (!list) return list.error();
  if (!*list) {
    request.said.is_whole = false;
    if (!*one && request.regenerates) return {};
    if (!*one) return bad_member(place, "is missing. It must be an array of messages.");
    if (const auto added = messages.add((*one)->raw, "message"); !added) return added.error();
    return messages.end_with_question() ? Result<>() : no_question();
  }
  const auto elements = json_elements((*list)->raw);
  if (elements.empty()) return bad_member(place, "is empty. It must have at least one message.");
  std::size_t index = 0;
  for (const std::string_view raw : elements)
    if (const auto added = messages.add(raw, fmt::format("{}[{}]", place, index++)); !added)
      return added.error();
  return messages.end_with_question() ? Result<>() : no_question();
}

Result<> check_question(ChatRequest& request, const ChatConfig& config) {
  if (request.said.question == request.said.sent.messages.size()) return {};  // the stored one
  auto checked = checked_message(std::move(request.question), "message", config.max_prompt);
  if (!checked) return checked.error();
  request.question = std::move(*checked);
  return {};
}

// ---- Tools of the page: [{"name","description"?,"inputSchema"?}]

Result<std::vector<Tool>> tools_of(const BodyObject& options) {
  const BodyObject::Member* list = options.find("tools");
  if (!list || list->kind != JsonKind::array) return std::vector<Tool>();  // a member of the page's own
  return read_client_tools(options, "inputSchema");
}

Result<bool> regenerates(const BodyObject& chat) {
  const auto trigger = chat.text("trigger");
  if (!trigger) return trigger.error();
  if (trigger->empty() || *trigger == "submit-message") return false;
  if (*trigger == "regenerate-message") return true;
  return bad_member(chat.place("trigger"), "must be submit-message or regenerate-message.");
}

}  // namespace

Result<ChatRequest> parse_chat_request(const BodyObject& chat, const BodyObject& options,
                                       const ChatConfig& config) {
  ChatRequest request;
  auto id = chat.text("id");
  if (!id) return id.error();
  if (const auto fine = id->empty() ? Result<>() : check_chat_id(*id, "id"); !fine) return fine.error();
  request.chat = std::move(*id);
  const auto regenerated = regenerates(chat);
  if (!regenerated) return regenerated.error();
  request.regenerates = *regenerated;
  const auto named = chat.text("messageId");
  if (!named) return named.error();
  request.named = MessageId::parse(*named);
  if (const auto read = read_messages(chat, request); !read) return read.error();
  if (const auto fine = check_question(request, config); !fine) return fine.error();
  auto model = options.text("model");
  if (!model) return model.error();
  if (model->size() > kMaxModel || model->find('\0') != model->npos)
    return bad_member("model", "must be the name of a model.");
  request.model = std::move(*model);
  auto tools = tools_of(options);
  if (!tools) return tools.error();
  request.tools = std::move(*tools);
  return request;
}

Result<ChatRequest> parse_chat_request(std::string_view body, const ChatConfig& config) {
  auto json = JsonObject::read(body, kMaxJsonDepth);
  if (!json) return json.error();
  const BodyObject object(std::move(*json), {});
  return parse_chat_request(object, object, config);
}

Result<StopRequest> parse_stop(std::string_view body) {
  StopRequest stop;
  if (body.empty()) return stop;
  auto json = JsonObject::read(body, kMaxJsonDepth);
  if (!json) return json.error();
  const BodyObject object(std::move(*json), {});
  const auto run = object.text("activeStreamId");
  if (!run) return run.error();
  stop.names_run = !run->empty();
  stop.run = RunId::parse(*run);
  return stop;
}

}  // namespace belay::surfaces::chat::ui
