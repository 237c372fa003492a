// Renders a run's events for durable streams (requirements K60 to K63), as JSON objects or as the bare answer.
//
//   event            JSON object; each has its `offset`
//   started          {"type":"started","run":"…","model":"…"}
//   stage            {"type":"stage","name":"…"}, if it has a name
//   delta            {"type":"text","text":"…"}
//   reasoning_delta  {"type":"reasoning","text":"…"}
//   part             of a tool call: {"type":"tool_call_begin","index":0,"id":"…","name":"…"}
//   tool_delta       {"type":"tool_call_delta","index":0,"arguments":"…"}
//   tool_call        {"type":"tool_call","id":"…","name":"…","arguments":"…"}
//   restarted        {"type":"restarted"}: the text so far is not valid any more
//   completed        {"type":"completed","finish":"stop","usage":{"input_tokens":…,"output_tokens":…}}
//   failed, cancelled, interrupted
//                    {"type":"failed","code":"…","message":"…"}
//
// The bare answer is all deltas. After a restart it holds what was dropped, too: such a stream only grows.
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"

namespace belay::surfaces::durable_streams {

enum class Mode { json, text };

// Records without framing, for reads at once: the event's offset (offset_text()), the size of its data in ten digits,
// its data. An event that renders to nothing has no record, but the last one of a run always has.
const Format& record_format(Mode mode);

struct Record {
  std::string_view offset;
  std::string_view data;
};
// Takes the first record off `bytes`. False: they hold no whole one.
bool take_record(std::string_view& bytes, Record& record);

// SSE: `data`, an array of one object or the text in Base64, then `control` with the offset behind it.
const Format& sse_format(Mode mode);
// A `control` without data before it.
std::string control_event(std::string_view offset, std::uint64_t cursor, bool up_to_date, bool closed);

}  // namespace belay::surfaces::durable_streams
