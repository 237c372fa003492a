#include "surfaces/openai/responses/given_items.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/names.hpp"

namespace belay::surfaces::openai::responses {
namespace {

constexpr std::size_t kMaxItemsPage = 100;
constexpr std::size_t kMaxGivenId = 256;

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out.append(",\"").append(name).append("\":\"");
  append_json_text(text, out);
  out.push_back('"');
}

std::string url_of(const Media& media) {
  if (!media.url.empty()) return media.url;
  std::string url = fmt::format("data:{};base64,", media.media_type);
  append_base64(media.data, url);
  return url;
}

std::string begin_item(std::string_view type) {
  return fmt::format(R"("type":"{}","status":"completed")", type);
}

void append_text_part(std::string_view role, std::string_view text, std::string& out) {
  out.append(role == "assistant" ? R"({"type":"output_text","annotations":[])" : R"({"type":"input_text")");
  append_member("text", text, out);
  out.push_back('}');
}

std::string message_of(std::string_view role) {
  std::string members = begin_item("message");
  append_member("role", role, members);
  return members.append(",\"content\":[");
}

std::string call_of(const ToolCall& call) {
  std::string members = begin_item("function_call");
  append_member("call_id", call.id, members);
  append_member("name", call.name, members);
  append_member("arguments", call.arguments, members);
  return members;
}

std::string text_of_member(const BodyObject& item, std::string_view name) {
  const BodyObject::Member* member = item.find(name);
  return member ? member->text : std::string();
}

std::string given_message(const BodyObject& item) {
  const std::string role = text_of_member(item, "role");
  std::string members = message_of(role);
  const BodyObject::Member* content = item.find("content");
  if (content && content->kind == JsonKind::array) {
    members.pop_back();
    return members.append(compact_json(content->raw));
  }
  if (content) append_text_part(role, content->text, members);
  return members.append("]");
}

std::string given_result(const BodyObject& item) {
  std::string members = begin_item("function_call_output");
  append_member("call_id", text_of_member(item, "call_id"), members);
  const BodyObject::Member* output = item.find("output");
  members.append(",\"output\":");
  if (output && output->kind == JsonKind::array) return members.append(compact_json(output->raw));
  members.push_back('"');
  append_json_text(output ? output->text : std::string(), members);
  return members.append("\"");
}

// All members but the id.
std::string given_as_it_is(std::string_view raw) {
  std::string members;
  const auto object = JsonObject::read(raw, kMaxJsonDepth);
  if (!object) return members;
  for (const JsonObject::Member& member : object->members()) {
    if (member.name == "id") continue;
    members.append(members.empty() ? "\"" : ",\"");
    append_json_text(member.name, members);
    members.append("\":").append(compact_json(member.raw));
  }
  return members;
}

std::string_view prefix_of(std::string_view members) {
  if (members.starts_with(R"("type":"message")")) return "msg";
  if (members.starts_with(R"("type":"function_call")")) return "fc";
  if (members.starts_with(R"("type":"function_call_output")")) return "fco";
  return "rs";
}

// The items of a prompt.
class PromptItems {
 public:
  void add(const Message& message) {
    for (const Part& part : message.parts) {
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) {
        end_message();
        items_.push_back({{}, call_of(*call)});
      } else if (const ToolResult* result = std::get_if<ToolResult>(&part)) {
        end_message();
        std::string members = begin_item("function_call_output");
        append_member("call_id", result->call_id, members);
        append_member("output", result->text, members);
        items_.push_back({{}, std::move(members)});
      } else if (!std::holds_alternative<Reasoning>(part)) {
        add_content(message.role == Role::user ? "user" : "assistant", part);
      }
    }
    end_message();
  }
  std::vector<GivenItem> take() && { return std::move(items_); }

 private:
  // Content that follows other content of the same message is in the same item.
  void add_content(std::string_view role, const Part& part) {
    if (open_.empty())
      open_ = message_of(role);
    else
      open_.push_back(',');
    if (const Text* text = std::get_if<Text>(&part)) return append_text_part(role, text->text, open_);
    if (const Image* image = std::get_if<Image>(&part)) {
      open_.append(R"({"type":"input_image")");
      append_member("detail", image->detail.empty() ? std::string_view("auto") : image->detail, open_);
      append_member("image_url", url_of(image->media), open_);
    } else if (const File* file = std::get_if<File>(&part)) {
      open_.append(R"({"type":"input_file")");
      append_member("filename", file->name, open_);
      append_member(file->media.url.empty() ? "file_data" : "file_url", url_of(file->media), open_);
    }
    open_.push_back('}');
  }
  void end_message() {
    if (open_.empty()) return;
    items_.push_back({{}, open_.append("]")});
    open_.clear();
  }

  std::vector<GivenItem> items_;
  std::string open_;  // a message; empty: none is open
};

}  // namespace

GivenItem given_item(const BodyObject& item, std::string_view raw) {
  GivenItem given{text_of_member(item, "id"), {}};
  if (given.id.size() > kMaxGivenId) given.id.clear();
  const std::string type = text_of_member(item, "type");
  if (type.empty() || type == "message")
    given.members = given_message(item);
  else if (type == "function_call")
    given.members = call_of(
        {text_of_member(item, "call_id"), text_of_member(item, "name"), text_of_member(item, "arguments")});
  else if (type == "function_call_output")
    given.members = given_result(item);
  else
    given.members = given_as_it_is(raw);
  return given;
}

GivenItem given_text(std::string_view text) {
  std::string members = message_of("user");
  append_text_part("user", text, members);
  return {{}, members.append("]")};
}

GivenItem given_output(const RunId& run, const StoredTurn::Item& item) {
  GivenItem given{item_id(item.kind, run, item.place), {}};
  if (item.kind == PartKind::tool_call) {
    given.members = call_of(item.call);
    return given;
  }
  given.members = message_of("assistant");
  append_text_part("assistant", item.text, given.members);
  given.members.push_back(']');
  return given;
}

std::vector<GivenItem> items_of(const RunRequest& request) {
  if (request.surface != kSurface) return {};
  std::vector<GivenItem> items = decode_facts(request.surface_data).input;
  if (items.empty()) {
    PromptItems prompt;
    for (const Message& message : request.messages) prompt.add(message);
    items = std::move(prompt).take();
  }
  for (std::size_t place = 0; place < items.size(); ++place)
    if (items[place].id.empty())
      items[place].id = fmt::format("{}_{}_in{}", prefix_of(items[place].members), request.id.text(), place);
  return items;
}

Result<ItemsPage> parse_items_page(const transport::Request& request) {
  ItemsPage page;
  const std::string_view order = request.query_value("order").value_or("asc");
  if (order != "asc" && order != "desc") return bad_member("order", "must be asc or desc.");
  page.is_newest_first = order == "desc";
  page.after = request.query_value("after").value_or("");
  const auto limit = request.query_value("limit");
  if (!limit) return page;
  std::size_t count = 0;
  const char* end = limit->data() + limit->size();
  const auto parsed = std::from_chars(limit->data(), end, count);
  if (parsed.ec != std::errc() || parsed.ptr != end || count == 0 || count > kMaxItemsPage)
    return bad_member("limit", fmt::format("must be a whole number between 1 and {}.", kMaxItemsPage));
  page.limit = count;
  return page;
}

Result<std::string> render_items(const std::vector<GivenItem>& items, const ItemsPage& page) {
  std::vector<const GivenItem*> wanted;
  for (const GivenItem& item : items) wanted.push_back(&item);
  if (page.is_newest_first) std::reverse(wanted.begin(), wanted.end());
  if (!page.after.empty()) {
    const auto last =
        std::find_if(wanted.begin(), wanted.end(), [&](const auto* item) { return item->id == page.after; });
    if (last == wanted.end())
      return bad_member("after", "names no item of this list. Send the id of an item of it, unchanged.");
    wanted.erase(wanted.begin(), last + 1);
  }
  const bool has_more = page.limit && wanted.size() > *page.limit;
  if (has_more) wanted.resize(*page.limit);
  std::string out = R"({"object":"list","data":[)";
  for (const GivenItem* item : wanted) {
    out.append(item == wanted.front() ? R"({"id":")" : R"(,{"id":")");
    append_json_text(item->id, out);
    out.append("\",").append(item->members).append("}");
  }
  out.append(has_more ? R"(],"has_more":true)" : R"(],"has_more":false)");
  append_member("first_id", wanted.empty() ? std::string_view() : wanted.front()->id, out);
  append_member("last_id", wanted.empty() ? std::string_view() : wanted.back()->id, out);
  return out.append("}");
}

}  // namespace belay::surfaces::openai::responses
