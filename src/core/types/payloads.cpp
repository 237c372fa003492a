#include "core/types/payloads.hpp"

#include "core/types/codec.hpp"
#include "core/types/message_codec.hpp"

namespace belay {
namespace {

Error broken(std::string_view what) {
  return make_error(ErrorCode::internal,
                    "A stored " + std::string(what) + " can not be read: its bytes are broken.");
}

template <class Enum>
bool take_enum(std::uint64_t number, Enum first, Enum last, Enum& out) {
  if (number < static_cast<std::uint64_t>(first) || number > static_cast<std::uint64_t>(last)) return false;
  out = static_cast<Enum>(number);
  return true;
}

std::string encode_tool(const Tool& tool) {
  std::string out;
  FieldWriter(out).text(1, tool.name).text(2, tool.description).text(3, tool.schema);
  return out;
}

bool decode_tool(std::string_view bytes, Tool& tool) {
  FieldReader reader(bytes);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        tool.name = reader.text();
        break;
      case 2:
        tool.description = reader.text();
        break;
      case 3:
        tool.schema = reader.text();
        break;
    }
  return reader.ok();
}

std::string encode_appendix(const AppendixItem& item) {
  std::string out;
  FieldWriter(out).text(1, item.kind).text(2, item.language).text(3, item.content);
  return out;
}

bool decode_appendix(std::string_view bytes, AppendixItem& item) {
  FieldReader reader(bytes);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        item.kind = reader.text();
        break;
      case 2:
        item.language = reader.text();
        break;
      case 3:
        item.content = reader.text();
        break;
    }
  return reader.ok();
}

std::string encode_lost_call(const LostCall& lost) {
  std::string out;
  FieldWriter(out).text(1, lost.call).item(2, encode(lost.usage));
  return out;
}

bool decode_lost_call(std::string_view bytes, LostCall& out) {
  bool ok = true;
  FieldReader reader(bytes);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        out.call = reader.text();
        break;
      case 2: {
        const auto usage = decode_usage(reader.bytes());
        ok = ok && usage.has_value();
        if (usage) out.usage = *usage;
        break;
      }
    }
  return ok && reader.ok();
}

}  // namespace

std::string_view to_string(FinishReason finish) {
  switch (finish) {
    case FinishReason::stop:
      return "stop";
    case FinishReason::length:
      return "length";
    case FinishReason::tool_calls:
      return "tool_calls";
    case FinishReason::content_filter:
      return "content_filter";
  }
  return {};
}

std::string_view to_string(AnswerSource source) {
  switch (source) {
    case AnswerSource::generated:
      return "generated";
    case AnswerSource::shared:
      return "shared";
    case AnswerSource::cached:
      return "cached";
    case AnswerSource::ready:
      return "ready";
    case AnswerSource::stale:
      return "stale";
  }
  return {};
}

std::string encode(const RunRequest& request) {
  std::string out;
  FieldWriter writer(out);
  writer.text(1, request.id.text())
      .text(2, request.user)
      .text(3, request.tier)
      .text(4, request.surface)
      .text(5, request.mode)
      .text(6, request.conversation)
      .text(7, request.prompt)
      .text(8, request.model)
      .text(9, request.system)
      .text(12, request.idempotency_key)
      .text(13, request.body_digest)
      .flag(15, request.may_restart)
      .number(16, static_cast<std::uint64_t>(request.created.ms))
      .text(17, request.project)
      .text(18, request.task)
      .number(19, request.prompt_tokens.value)
      .number(20, request.turn)
      .text(21, request.share_key)
      .text(22, request.precomputed_answer)
      .text(23, request.session);
  if (request.branch.kind != Branch::Kind::none)
    writer.number(24, static_cast<std::uint64_t>(request.branch.kind)).text(25, request.branch.of.text());
  for (const Message& message : request.messages) append_message(10, message, writer);
  for (const Tool& tool : request.tools) writer.item(11, encode_tool(tool));
  for (const std::string& key : request.reserved) writer.item(14, key);
  return out;
}

Result<RunRequest> decode_request(std::string_view payload) {
  RunRequest request;
  request.may_restart = false;
  bool ok = true;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1: {
        const auto id = RunId::parse(reader.bytes());
        ok = ok && id.has_value();
        if (id) request.id = *id;
        break;
      }
      case 2:
        request.user = reader.text();
        break;
      case 3:
        request.tier = reader.text();
        break;
      case 4:
        request.surface = reader.text();
        break;
      case 5:
        request.mode = reader.text();
        break;
      case 6:
        request.conversation = reader.text();
        break;
      case 7:
        request.prompt = reader.text();
        break;
      case 8:
        request.model = reader.text();
        break;
      case 9:
        request.system = reader.text();
        break;
      case 10:
        ok = take_message_item(reader.bytes(), request.messages) && ok;
        break;
      case 11:
        ok = decode_tool(reader.bytes(), request.tools.emplace_back()) && ok;
        break;
      case 12:
        request.idempotency_key = reader.text();
        break;
      case 13:
        request.body_digest = reader.text();
        break;
      case 14:
        request.reserved.push_back(reader.text());
        break;
      case 15:
        request.may_restart = reader.flag();
        break;
      case 16:
        request.created.ms = static_cast<std::int64_t>(reader.number());
        break;
      case 17:
        request.project = reader.text();
        break;
      case 18:
        request.task = reader.text();
        break;
      case 19:
        request.prompt_tokens.value = reader.number();
        break;
      case 20:
        request.turn = static_cast<std::uint32_t>(reader.number());
        break;
      case 21:
        request.share_key = reader.text();
        break;
      case 22:
        request.precomputed_answer = reader.text();
        break;
      case 23:
        request.session = reader.text();
        break;
      case 24:
        ok =
            take_enum(reader.number(), Branch::Kind::none, Branch::Kind::continuation, request.branch.kind) &&
            ok;
        break;
      case 25: {
        const auto of = RunId::parse(reader.bytes());
        ok = ok && of.has_value();
        if (of) request.branch.of = *of;
        break;
      }
    }
  if (!ok || !reader.ok()) return broken("request");
  return request;
}

std::string encode(const Stage& stage) {
  std::string out;
  FieldWriter writer(out);
  writer.text(1, stage.name).text(2, stage.resume_token).text(3, stage.call);
  if (stage.charge) writer.item(4, encode_lost_call(*stage.charge));
  return out;
}

Result<Stage> decode_stage(std::string_view payload) {
  Stage stage;
  bool ok = true;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        stage.name = reader.text();
        break;
      case 2:
        stage.resume_token = reader.text();
        break;
      case 3:
        stage.call = reader.text();
        break;
      case 4:
        ok = decode_lost_call(reader.bytes(), stage.charge.emplace()) && ok;
        break;
    }
  if (!ok || !reader.ok()) return broken("stage");
  return stage;
}

std::string encode(const ToolCallEvent& call) {
  std::string out;
  FieldWriter(out).item(1, encode(call.call)).text(2, call.problem);
  return out;
}

Result<ToolCallEvent> decode_tool_call(std::string_view payload) {
  ToolCallEvent call;
  bool ok = true;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        ok = decode_call(reader.bytes(), call.call) && ok;
        break;
      case 2:
        call.problem = reader.text();
        break;
    }
  if (!ok || !reader.ok()) return broken("tool call");
  return call;
}

std::string encode(const Usage& usage) {
  std::string out;
  FieldWriter(out)
      .number(1, usage.input.value)
      .number(2, usage.output.value)
      .number(3, usage.cached.value)
      .number(4, usage.reasoning.value)
      .flag(5, usage.estimated)
      .number(6, usage.cost.value);
  return out;
}

Result<Usage> decode_usage(std::string_view payload) {
  Usage usage;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        usage.input.value = reader.number();
        break;
      case 2:
        usage.output.value = reader.number();
        break;
      case 3:
        usage.cached.value = reader.number();
        break;
      case 4:
        usage.reasoning.value = reader.number();
        break;
      case 5:
        usage.estimated = reader.flag();
        break;
      case 6:
        usage.cost.value = reader.number();
        break;
    }
  if (!reader.ok()) return broken("usage");
  return usage;
}

std::string encode(const Restarted& restarted) {
  std::string out;
  FieldWriter writer(out);
  writer.text(1, restarted.reason);
  if (restarted.charge) writer.item(2, encode_lost_call(*restarted.charge));
  return out;
}

Result<Restarted> decode_restarted(std::string_view payload) {
  Restarted restarted;
  bool ok = true;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        restarted.reason = reader.text();
        break;
      case 2:
        ok = decode_lost_call(reader.bytes(), restarted.charge.emplace()) && ok;
        break;
    }
  if (!ok || !reader.ok()) return broken("restart");
  return restarted;
}

std::string encode(const Terminal& terminal) {
  std::string out;
  FieldWriter writer(out);
  writer.number(1, static_cast<std::uint64_t>(terminal.finish));
  for (const ToolCall& call : terminal.actions) writer.item(2, encode(call));
  for (const AppendixItem& item : terminal.appendix) writer.item(3, encode_appendix(item));
  writer.text(4, to_string(terminal.code))
      .text(5, terminal.message)
      .item(6, encode(terminal.usage))
      .number(7, terminal.text_from)
      .number(8, terminal.text_bytes)
      .number(9, static_cast<std::uint64_t>(terminal.source))
      .text(10, terminal.paid_call);
  return out;
}

Result<Terminal> decode_terminal(std::string_view payload) {
  Terminal terminal;
  bool ok = true;
  FieldReader reader(payload);
  while (reader.next()) switch (reader.tag()) {
      case 1:
        ok = take_enum(reader.number(), FinishReason::stop, FinishReason::content_filter, terminal.finish) &&
             ok;
        break;
      case 2:
        ok = decode_call(reader.bytes(), terminal.actions.emplace_back()) && ok;
        break;
      case 3:
        ok = decode_appendix(reader.bytes(), terminal.appendix.emplace_back()) && ok;
        break;
      case 4:
        terminal.code = error_code_from(reader.bytes()).value_or(ErrorCode::internal);
        break;
      case 5:
        terminal.message = reader.text();
        break;
      case 6: {
        const auto usage = decode_usage(reader.bytes());
        ok = ok && usage.has_value();
        if (usage) terminal.usage = *usage;
        break;
      }
      case 7:
        terminal.text_from = reader.number();
        break;
      case 8:
        terminal.text_bytes = reader.number();
        break;
      case 9:
        ok = take_enum(reader.number(), AnswerSource::generated, AnswerSource::stale, terminal.source) && ok;
        break;
      case 10:
        terminal.paid_call = reader.text();
        break;
    }
  if (!ok || !reader.ok()) return broken("end of a run");
  return terminal;
}

}  // namespace belay
