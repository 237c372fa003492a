#include "surfaces/openai/responses/input_items.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/openai/parse.hpp"

namespace belay::surfaces::openai::responses {
namespace {

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

// The items of one run's request.
class Items {
 public:
  Items(const RunId& run, std::string& out) : run_(run), out_(out) {}

  void add(const Message& message) {
    for (const Part& part : message.parts) {
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) {
        begin("fc", "function_call");
        append_member("call_id", call->id, out_);
        append_member("name", call->name, out_);
        append_member("arguments", call->arguments, out_);
        end();
      } else if (const ToolResult* result = std::get_if<ToolResult>(&part)) {
        begin("fco", "function_call_output");
        append_member("call_id", result->call_id, out_);
        append_member("output", result->text, out_);
        end();
      } else if (!std::holds_alternative<Reasoning>(part)) {
        add_content(message.role, part);
      }
    }
    end_message();
  }
  // The ids of the first and the last item.
  std::string first_id() const { return count_ == 0 ? std::string() : first_id_; }
  const std::string& last_id() const { return id_; }

 private:
  void begin(std::string_view prefix, std::string_view type) {
    end_message();
    id_ = fmt::format("{}_{}_in{}", prefix, run_.text(), count_);
    if (count_ == 0) first_id_ = id_;
    out_.append(count_++ == 0 ? R"({"id":")" : R"(,{"id":")").append(id_);
    out_.append(R"(","type":")").append(type).append(R"(","status":"completed")");
  }
  void end() { out_.push_back('}'); }

  // Content that follows other content of the same message is in the same item.
  void add_content(Role role, const Part& part) {
    if (is_message_open_) {
      out_.push_back(',');
    } else {
      begin("msg", "message");
      out_.append(role == Role::user ? R"(,"role":"user","content":[)"
                                     : R"(,"role":"assistant","content":[)");
      is_message_open_ = true;
    }
    if (const Text* text = std::get_if<Text>(&part)) {
      out_.append(role == Role::user ? R"({"type":"input_text")"
                                     : R"({"type":"output_text","annotations":[])");
      append_member("text", text->text, out_);
    } else if (const Image* image = std::get_if<Image>(&part)) {
      out_.append(R"({"type":"input_image")");
      append_member("detail", image->detail.empty() ? std::string_view("auto") : image->detail, out_);
      append_member("image_url", url_of(image->media), out_);
    } else if (const File* file = std::get_if<File>(&part)) {
      out_.append(R"({"type":"input_file")");
      append_member("filename", file->name, out_);
      append_member(file->media.url.empty() ? "file_data" : "file_url", url_of(file->media), out_);
    }
    out_.push_back('}');
  }
  void end_message() {
    if (!is_message_open_) return;
    is_message_open_ = false;
    out_.append("]}");
  }

  const RunId& run_;
  std::string& out_;
  std::size_t count_ = 0;
  std::string first_id_, id_;
  bool is_message_open_ = false;
};

class InputItemsDialect final : public Dialect {
 public:
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::started) return;
    const auto request = decode_request(event.payload);
    std::string& out = writer.begin({});
    out.append(R"({"object":"list","data":[)");
    Items items(run.id, out);
    if (request && run.surface == kSurface)
      for (const Message& message : request->messages) items.add(message);
    out.append("],\"has_more\":false");
    append_member("first_id", items.first_id(), out);
    append_member("last_id", items.last_id(), out);
    out.push_back('}');
    writer.end();
  }
};

}  // namespace

const Format& input_items_format() {
  static const InputItemsDialect dialect;
  static const Format format{dialect, plain_framing()};
  return format;
}

}  // namespace belay::surfaces::openai::responses
