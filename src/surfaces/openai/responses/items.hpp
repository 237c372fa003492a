// The items of an output: texts, thoughts and calls, as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/run_id.hpp"
#include "core/log/dialect.hpp"
#include "core/types/payloads.hpp"

namespace belay::surfaces::openai::responses {

// Of an item, and of a response.
inline constexpr std::string_view kInProgress = "in_progress";
inline constexpr std::string_view kCompleted = "completed";
inline constexpr std::string_view kIncomplete = "incomplete";

// ---- Texts and thoughts

bool is_prose(std::optional<PartKind> kind);
// Whether the open text or thought ends with this event, which is not the end of the log.
bool ends_prose(const Event& event, const EventCounts& before);

// The one part of such an item, up to its text.
void begin_prose_part(PartKind kind, std::string& out);
// The item up to its text, and behind it.
void begin_prose_item(PartKind kind, const RunId& run, std::uint64_t place, std::string& out);
void end_prose_item(std::string_view status, std::string& out);

// ---- Calls

// kIncomplete for arguments that break off.
std::string_view status_of(const ToolCall& call);

// The members of the item up to its arguments, and the whole item.
void begin_call_members(const RunId& run, std::uint64_t place, std::string_view status, std::string_view id,
                        std::string_view name, std::string& out);
void append_call_item(const RunId& run, std::uint64_t place, std::string_view status, const ToolCall& call,
                      std::string& out);

}  // namespace belay::surfaces::openai::responses
