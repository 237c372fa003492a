// Names that requests and answers of the Responses API share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/run_id.hpp"
#include "core/types/event.hpp"

namespace belay::surfaces::openai::responses {

// The id of a response is this and the run's id.
inline constexpr std::string_view kIdPrefix = "resp_";
inline constexpr std::string_view kAboutInput = "input";
inline constexpr std::string_view kAboutPrevious = "previous_response_id";

// "resp_RUN".
std::string response_id(const RunId& run);
std::optional<RunId> run_of_response(std::string_view id);

// An item of an output: "msg_RUN_2" is the part of this run's answer with two parts before it.
struct ItemName {
  RunId run;
  std::uint64_t place = 0;
};
std::string item_id(PartKind kind, const RunId& run, std::uint64_t place);
std::optional<ItemName> item_of(std::string_view id);

}  // namespace belay::surfaces::openai::responses
