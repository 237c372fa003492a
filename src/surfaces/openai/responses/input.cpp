#include "surfaces/openai/responses/input.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "prompts/hygiene.hpp"
#include "surfaces/call_ids.hpp"
#include "surfaces/openai/media.hpp"
#include "surfaces/openai/options.hpp"
#include "surfaces/openai/responses/given_items.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request_facts.hpp"

namespace belay::surfaces::openai::responses {
namespace {

constexpr std::size_t kMaxItemId = 256;
constexpr std::string_view kReference = "item_reference";

Error no_such_item(const std::string& place) {
  return bad_member(
      place,
      "names no item that is kept. Send the item itself, or the id of an item that you were given, "
      "unchanged.");
}

// A reference may leave out what it is.
bool is_reference(const BodyObject& item, std::string_view type) {
  return type == kReference || (type.empty() && !item.find("role") && item.find("id"));
}

// Whether the model was given the instructions and the texts of the system as its only message, because the input had no
// other text (prompts/client_messages.hpp). Nobody has said it.
bool is_system_alone(const RunRequest& request, const RequestFacts& facts) {
  if (request.messages.size() != 1 || request.messages.front().parts.size() != 1) return false;
  const Text* text = std::get_if<Text>(&request.messages.front().parts.front());
  const std::string system = prompts::without_control_characters(system_of(facts));
  return text && !system.empty() && text->text == system && !request.system.ends_with(system);
}

class Items {
 public:
  explicit Items(const StoredTurns& turns) : turns_(turns) {}

  void go_on_with(const StoredTurn& previous) {
    const RequestFacts facts = decode_facts(previous.request.surface_data);
    add_system(facts.system);
    for (const Message& message : previous.request.messages) {
      if (is_system_alone(previous.request, facts)) break;
      for (const Part& part : message.parts) {
        if (std::holds_alternative<Image>(part)) sent_.first_image = kAboutPrevious;
        if (std::holds_alternative<File>(part)) sent_.first_file = kAboutPrevious;
      }
      sent_.messages.push_back(message);
    }
    if (facts.input.empty()) keeps_given_ = false;
    if (keeps_given_)
      for (GivenItem& item : items_of(previous.request)) keep(std::move(item));
    for (const StoredTurn::Item& item : previous.items) add_stored(previous.request.id, item);
  }

  void add_text(std::string text) {
    calls_.begin_answer();
    keep(given_text(text));
    sent_.messages.emplace_back(Role::user, std::move(text));
  }

  Result<> add(std::string_view raw, const std::string& place) {
    const auto item = BodyObject::read(raw, place);
    if (!item) return item.error();
    const auto type = item->text("type");
    if (!type) return type.error();
    if (is_reference(*item, *type)) return add_reference(*item);
    const auto added = add_whole(*item, *type);
    if (added) keep(given_item(*item, raw));
    return added;
  }

  ReadInput take() && { return {std::move(sent_), std::move(given_)}; }

 private:
  // The kinds of parts that a message may have beside texts.
  enum class Allowed { text, refusals, media };

  Result<> add_whole(const BodyObject& item, std::string_view type) {
    if (type.empty() || type == "message") return add_message(item);
    if (type == "function_call") return add_call(item);
    if (type == "function_call_output") return add_output(item);
    if (type == "reasoning") return {};
    return unsupported_member(
        item.place("type"),
        "must be message, function_call, function_call_output, reasoning or item_reference.");
  }

  void keep(GivenItem item) {
    if (!keeps_given_) return;
    given_size_ += item.id.size() + item.members.size();
    keeps_given_ = given_size_ <= kMaxGivenItems;
    if (keeps_given_)
      given_.push_back(std::move(item));
    else
      given_.clear();
  }

  void add_system(std::string_view text) {
    if (text.empty()) return;
    if (!sent_.system.empty()) sent_.system.append("\n\n");
    sent_.system.append(text);
  }

  Message& assistant() {
    if (sent_.messages.empty() || sent_.messages.back().role != Role::assistant) {
      calls_.begin_answer();
      sent_.messages.emplace_back(Role::assistant);
    }
    return sent_.messages.back();
  }

  void add_stored(const RunId& run, const StoredTurn::Item& item) {
    const bool is_text = item.kind == PartKind::text && !item.text.empty();
    const bool is_call = item.kind == PartKind::tool_call && !item.call.name.empty();
    if (is_text || is_call) keep(given_output(run, item));
    if (is_text) assistant().parts.emplace_back(Text{item.text});
    if (!is_call) return;
    assistant().parts.emplace_back(item.call);
    calls_.add(item.call.id);
  }

  Result<> add_reference(const BodyObject& item) {
    const auto id = item.required_text("id", kMaxItemId);
    if (!id) return id.error();
    const auto name = item_of(*id);
    if (!name) return no_such_item(item.place("id"));
    const auto turn = turns_.find(name->run);
    if (turn == turns_.end()) return no_such_item(item.place("id"));
    const auto& items = turn->second.items;
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const auto& each) { return each.place == name->place; });
    if (found == items.end()) return no_such_item(item.place("id"));
    add_stored(name->run, *found);
    return {};
  }

  Result<> add_message(const BodyObject& message) {
    const auto role = message.required_text("role", 64);
    if (!role) return role.error();
    if (*role == "user") {
      auto parts = content_of(message, "content", Allowed::media);
      if (!parts) return parts.error();
      calls_.begin_answer();
      Message& user = sent_.messages.emplace_back(Role::user);
      std::move(parts->begin(), parts->end(), std::back_inserter(user.parts));
      return {};
    }
    if (*role == "assistant") {
      auto parts = content_of(message, "content", Allowed::refusals);
      if (!parts) return parts.error();
      Message& answer = assistant();
      std::move(parts->begin(), parts->end(), std::back_inserter(answer.parts));
      return {};
    }
    if (*role != "system" && *role != "developer")
      return unsupported_member(message.place("role"), "must be system, developer, user or assistant.");
    const auto parts = content_of(message, "content", Allowed::text);
    if (!parts) return parts.error();
    for (const Part& part : *parts) add_system(std::get<Text>(part).text);
    return {};
  }

  Result<> add_call(const BodyObject& item) {
    auto id = item.required_text("call_id", kMaxCallId);
    if (!id) return id.error();
    auto name = item.required_text("name", kMaxCallName);
    if (!name) return name.error();
    auto arguments = item.text("arguments");
    if (!arguments) return arguments.error();
    Message& answer = assistant();
    if (!calls_.add(*id)) return bad_member(item.place("call_id"), "is the id of another call.");
    answer.parts.emplace_back(ToolCall{std::move(*id), std::move(*name), std::move(*arguments)});
    return {};
  }

  Result<> add_output(const BodyObject& item) {
    auto id = item.required_text("call_id", kMaxCallId);
    if (!id) return id.error();
    if (!calls_.has(*id))
      return bad_member(item.place("call_id"),
                        "names no call before it. A function_call_output stands behind its function_call, or "
                        "previous_response_id names the response with the call.");
    const auto parts = content_of(item, "output", Allowed::text);
    if (!parts) return parts.error();
    std::string joined;
    for (const Part& part : *parts) {
      if (!joined.empty()) joined.append("\n\n");
      joined.append(std::get<Text>(part).text);
    }
    sent_.messages.emplace_back(Role::tool).parts.emplace_back(ToolResult{std::move(*id), std::move(joined)});
    return {};
  }

  // A string, an array of parts, or nothing.
  Result<std::vector<Part>> content_of(const BodyObject& item, std::string_view member, Allowed allowed) {
    std::vector<Part> parts;
    const BodyObject::Member* content = item.find(member);
    if (!content) return parts;
    const std::string place = item.place(member);
    if (content->kind == JsonKind::string) {
      parts.emplace_back(Text{content->text});
      return parts;
    }
    if (content->kind != JsonKind::array) return bad_member(place, "must be a string or an array of parts.");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(content->raw)) {
      const auto read = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!read) return read.error();
      auto part = part_of(*read, allowed);
      if (!part) return part.error();
      parts.push_back(std::move(*part));
    }
    return parts;
  }

  Result<Part> part_of(const BodyObject& part, Allowed allowed) {
    const auto type = part.required_text("type", 64);
    if (!type) return type.error();
    const bool is_refusal = *type == "refusal" && allowed == Allowed::refusals;
    if (*type == "input_text" || *type == "output_text" || *type == "text" || is_refusal) {
      auto text = part.text(is_refusal ? "refusal" : "text");
      if (!text) return text.error();
      return Part(Text{std::move(*text)});
    }
    if (*type == "input_image" && allowed == Allowed::media) return image_of(part);
    if (*type == "input_file" && allowed == Allowed::media) return file_of(part);
    return unsupported_member(part.place("type"),
                              fmt::format("must not be \"{}\": such a part is not taken here.", *type));
  }

  Result<Part> image_of(const BodyObject& part) {
    const auto url = part.text("image_url");
    if (!url) return url.error();
    if (url->empty())
      return unsupported_member(part.place("image_url"),
                                "is missing: images come as data: URLs or addresses here.");
    auto media = read_media(*url, part.place("image_url"));
    if (!media) return media.error();
    auto detail = part.text("detail");
    if (!detail) return detail.error();
    if (sent_.first_image.empty()) sent_.first_image = part.place("type");
    return Part(Image{std::move(*media), *detail == "low" || *detail == "high" ? std::move(*detail) : ""});
  }

  Result<Part> file_of(const BodyObject& part) {
    const auto data = part.text("file_data");
    if (!data) return data.error();
    const auto url = part.text("file_url");
    if (!url) return url.error();
    if (data->empty() && url->empty())
      return unsupported_member(part.place("file_data"),
                                "is missing: files come as data: URLs or addresses here.");
    auto media =
        data->empty() ? read_media(*url, part.place("file_url")) : read_media(*data, part.place("file_data"));
    if (!media) return media.error();
    auto name = part.text("filename");
    if (!name) return name.error();
    if (name->size() > 256) return bad_member(part.place("filename"), "has more than 256 bytes.");
    if (sent_.first_file.empty()) sent_.first_file = part.place("type");
    return Part(File{std::move(*media), std::move(*name)});
  }

  const StoredTurns& turns_;
  prompts::ClientMessages sent_;
  CallIds calls_;
  std::vector<GivenItem> given_;
  std::size_t given_size_ = 0;
  bool keeps_given_ = true;
};

}  // namespace

Result<std::vector<RunId>> referred_runs(const BodyObject& body) {
  std::vector<RunId> runs;
  const BodyObject::Member* input = body.find(kAboutInput);
  if (!input || input->kind != JsonKind::array) return runs;
  std::size_t index = 0;
  for (const std::string_view raw : json_elements(input->raw)) {
    const std::string place = fmt::format("{}[{}]", kAboutInput, index++);
    // Most items have no id. A name may be written with escapes.
    if (raw.find("\"id\"") == raw.npos && raw.find("\\u") == raw.npos) continue;
    const auto item = BodyObject::read(raw, place);
    if (!item) return item.error();
    const auto type = item->text("type");
    if (!type) return type.error();
    if (!is_reference(*item, *type)) continue;
    const auto id = item->required_text("id", kMaxItemId);
    if (!id) return id.error();
    const auto name = item_of(*id);
    if (!name) return no_such_item(item->place("id"));
    if (std::find(runs.begin(), runs.end(), name->run) != runs.end()) continue;
    if (runs.size() == kMaxReferredRuns)
      return bad_member(std::string(kAboutInput),
                        fmt::format("refers to items of more than {} responses. Send the items themselves.",
                                    kMaxReferredRuns));
    runs.push_back(name->run);
  }
  return runs;
}

Result<ReadInput> read_input(const BodyObject& body, const StoredTurn* previous, const StoredTurns& turns) {
  const std::string place(kAboutInput);
  const BodyObject::Member* input = body.find(kAboutInput);
  if (!input) return bad_member(place, "is missing. It must be a string or an array of items.");
  Items items(turns);
  if (previous) items.go_on_with(*previous);
  if (input->kind == JsonKind::string) {
    items.add_text(input->text);
  } else if (input->kind == JsonKind::array) {
    const auto elements = json_elements(input->raw);
    if (elements.empty()) return bad_member(place, "is empty. It must have at least one item.");
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (const auto added = items.add(elements[i], fmt::format("{}[{}]", place, i)); !added)
        return added.error();
  } else {
    return bad_member(place, "must be a string or an array of items.");
  }
  return std::move(items).take();
}

}  // namespace belay::surfaces::openai::responses
