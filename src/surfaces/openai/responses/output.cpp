#include "surfaces/openai/responses/output.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "surfaces/openai/responses/items.hpp"
#include "surfaces/openai/responses/names.hpp"

namespace belay::surfaces::openai::responses {
namespace {

bool has_prose(const EventCounts& counts) {
  return counts.text_parts + counts.reasoning_parts != 0;
}
bool has_calls(const EventCounts& counts) {
  return counts.streamed_calls + counts.whole_calls + counts.refused_calls != 0;
}
std::uint64_t calls_begun(const EventCounts& counts) {
  return std::uint64_t{counts.tool_parts} + counts.whole_calls + counts.refused_calls;
}

// Where a whole call stands in the answer.
std::uint64_t place_of(const ToolCallEvent& call, const EventCounts& before) {
  return before.open_calls == 0 ? before.parts() : call.place;
}

// As many as a run may have (engine.max_tool_calls).
constexpr std::uint64_t kMaxPassedCalls = 1000;

class OutputPass final : public Dialect {
 public:
  // What a pass writes: texts and thoughts behind so many calls, and the next call; or such texts and thoughts alone, behind
  // the last call; or, where the order is not known, all texts and thoughts.
  enum class Writes { up_to_call, rest, all_prose };
  explicit OutputPass(Writes what, std::uint64_t calls = 0) : what_(what), calls_(calls) {}

  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type == EventType::started) return render_started(run, event, writer);
    const bool is_here = what_ == Writes::all_prose || calls_begun(before) == calls_;
    if (is_here && ends_prose(event, before)) {
      std::string& out = writer.begin_piece();
      end_prose_item(kCompleted, out);
      if (what_ == Writes::up_to_call) out.push_back(',');  // its call follows
      writer.end_piece();
    }
    if (event.type == EventType::tool_call) return render_call(run, event, before, writer);
    if (!is_here) return;
    const auto begun = before.begun_by(event.type, event.payload);
    if (is_prose(begun)) {
      std::string& out = writer.begin_piece();
      if (what_ == Writes::rest && before.parts() != 0) out.push_back(',');
      if (what_ == Writes::all_prose) out.append(has_prose(before) ? "," : R"("output":[)");
      begin_prose_item(*begun, run.id, before.parts(), out);
      writer.end_piece();
    }
    const bool is_text = event.type == EventType::delta || event.type == EventType::reasoning_delta;
    if (is_text && !event.payload.empty()) writer.write_spliced(event.payload);
  }

 private:
  void render_started(const LogHead& run, const Event& event, MessageWriter& writer) const {
    if (calls_ != 0) return;
    std::string& out = writer.begin_piece();
    append_request(run, event, out);
    if (what_ != Writes::all_prose) out.append(R"("output":[)");
    writer.end_piece();
  }
  // Without the last bracket: something must stand between two passes.
  void render_call(const LogHead& run, const Event& event, const EventCounts& before,
                   MessageWriter& writer) const {
    if (what_ != Writes::up_to_call) return;
    const auto call = decode_tool_call(event.payload);
    if (!call || (before.open_calls == 0 ? calls_begun(before) : call->index) != calls_) return;
    std::string& out = writer.begin_piece();
    append_call_item(run.id, place_of(*call, before), status_of(call->call), call->call, out);
    out.pop_back();
    writer.end_piece();
  }

  Writes what_;
  std::uint64_t calls_;
};

// The members of a call that has begun and is not whole: what there is of its arguments, without the quote behind them.
class CutCall final : public Dialect {
 public:
  explicit CutCall(std::uint64_t index) : index_(index) {}

  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type == EventType::part) {
      const auto part = decode_part(event.payload);
      if (!part || part->kind != PartKind::tool_call || part->index != index_) return;
      begin_call_members(run.id, before.parts(), kIncomplete, part->id, part->name, writer.begin_piece());
      writer.end_piece();
    } else if (event.type == EventType::tool_delta) {
      const auto delta = decode_tool_delta(event.payload);
      if (delta && delta->index == index_ && !delta->json.empty()) writer.write_spliced(delta->json);
    }
  }

 private:
  std::uint64_t index_;
};

// All calls that are whole, where the order is not known.
class CallOutput final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::tool_call) return;
    const auto call = decode_tool_call(event.payload);
    if (!call) return;
    std::string& out = writer.begin_piece();
    if (has_calls(before)) out.push_back(',');
    append_call_item(run.id, place_of(*call, before), status_of(call->call), call->call, out);
    writer.end_piece();
  }
};

template <class Body, class... Parameters>
std::vector<Body> one_for_each_call(Parameters... parameters) {
  std::vector<Body> bodies;
  bodies.reserve(kMaxPassedCalls + 1);
  for (std::uint64_t calls = 0; calls <= kMaxPassedCalls; ++calls) bodies.emplace_back(parameters..., calls);
  return bodies;
}

// Calls are known by their number in the answer, from 0. Only runs of other surfaces are restarted, and then count from 0 again.
bool has_known_order(const Terminal& terminal, const EventCounts& before) {
  return before.restarts == 0 && calls_begun(before) <= kMaxPassedCalls &&
         terminal.open_calls.size() == before.open_calls;
}

void append_output(const End& end, const Terminal& terminal, const EventCounts& before, std::string& out,
                   MessageWriter& writer) {
  using Writes = OutputPass::Writes;
  static const auto up_to_call = one_for_each_call<OutputPass>(Writes::up_to_call);
  static const auto rest = one_for_each_call<OutputPass>(Writes::rest);
  static const auto cut_call = one_for_each_call<CutCall>();
  const std::vector<std::uint32_t>& open = terminal.open_calls;
  const std::uint64_t calls = calls_begun(before);
  for (std::uint64_t call = 0; call < calls; ++call) {
    if (call != 0) out.push_back(',');
    writer.splice(up_to_call[call], 1);
    if (std::find(open.begin(), open.end(), call) != open.end()) {
      out.push_back('{');
      writer.splice(cut_call[call], 1);
      out.push_back('"');
    }
    out.push_back('}');
  }
  writer.splice(rest[calls], 1);
  if (is_prose(before.open)) end_prose_item(last_status(end), out);
}

void append_unordered_output(const End& end, const EventCounts& before, std::string& out,
                             MessageWriter& writer) {
  static const OutputPass prose(OutputPass::Writes::all_prose);
  static const CallOutput calls;
  writer.splice(prose, 1);
  if (!has_prose(before)) out.append(R"("output":[)");
  if (is_prose(before.open)) end_prose_item(last_status(end), out);
  if (!has_calls(before)) return;
  if (has_prose(before)) out.push_back(',');
  writer.splice(calls, 1);
}

}  // namespace

std::string_view last_status(const End& end) {
  return end.status == kCompleted ? kCompleted : kIncomplete;
}

void append_ended(const LogHead& run, const End& end, const Terminal& terminal, const EventCounts& before,
                  std::string& out, MessageWriter& writer) {
  begin_object(run.id, run.model, out);
  if (has_known_order(terminal, before))
    append_output(end, terminal, before, out, writer);
  else
    append_unordered_output(end, before, out, writer);
  end_object(end, terminal, out);
}

}  // namespace belay::surfaces::openai::responses
