#include "surfaces/persona/render.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/session_position.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::persona {

namespace {

class PersonaDialect final : public Dialect {
 public:
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(on_the_wire({run.turn, position}));
    const MessageHead head{.id = id};
    switch (event.type) {
      case EventType::delta: {
        std::string& out = writer.begin(head);
        out.append("{\"token\":\"");
        append_json_text(event.payload, out);
        out.append("\"}");
        return writer.end();
      }
      case EventType::restarted:
        writer.begin(head).append("{\"restarted\":true}");
        return writer.end();
      case EventType::completed: {
        const auto terminal = decode_terminal(event.payload);
        std::string& out = writer.begin(head);
        out.append("{\"done\":true,\"finish\":\"");
        out.append(to_string(terminal ? terminal->finish : FinishReason::stop)).append("\"}");
        return writer.end();
      }
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted: {
        const auto terminal = decode_terminal(event.payload);
        return write_error(terminal ? terminal->code : ErrorCode::internal,
                           terminal ? std::string_view(terminal->message) : "The answer ended.", head,
                           writer);
      }
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    write_error(error.code, error.detail, {}, writer);
  }

 private:
  static void write_error(ErrorCode code, std::string_view message, const MessageHead& head,
                          MessageWriter& writer) {
    std::string& out = writer.begin(head);
    out.append("{\"error\":{\"code\":\"").append(to_string(code)).append("\",\"message\":\"");
    append_json_text(message, out);
    out.append("\"}}");
    writer.end();
  }
};

const PersonaDialect kDialect;

}  // namespace

const Format& format_with_ids() {
  static const Format format{kDialect, transport::sse_framing()};
  return format;
}

const Format& format_without_ids() {
  static const Format format{kDialect, transport::sse_framing_without_ids()};
  return format;
}

std::string render_answer(const Session& session, const services::WholeAnswer& answer) {
  std::string out =
      fmt::format(R"({{"session_id":"{}","persona":"{}","message":")", session.id, session.persona);
  append_json_text(answer.text, out);
  fmt::format_to(std::back_inserter(out),
                 R"(","finish":"{}","usage":{{"input_tokens":{},"output_tokens":{},"estimated":{}}}}})",
                 answer.finish, answer.usage.input.value, answer.usage.output.value, answer.usage.estimated);
  return out;
}

std::string render_personas(const prompts::Personas& personas) {
  std::string out = "{\"personas\":[";
  for (const prompts::Persona& persona : personas.all()) {
    if (&persona != &personas.all().front()) out.push_back(',');
    out.append("{\"name\":\"").append(persona.name).append("\",\"display_name\":\"");
    append_json_text(persona.display_name, out);
    out.append("\",\"adapts_to_breathing\":").append(persona.adapts_to_breathing ? "true}" : "false}");
  }
  out.append("],\"default\":\"").append(prompts::kDefaultPersona).append("\"}");
  return out;
}

void append_choice(const prompts::Personas::Choice& choice, std::string& out) {
  out.append(",\"persona\":\"").append(choice.persona->name).append("\"");
  if (choice.fell_back)
    out.append(R"(,"notice":"There is no persona of that name, so this is the default one. )"
               R"(GET /chat/personas lists them.")");
}

}  // namespace belay::surfaces::persona
