// What a response shows of its request, and what a later request needs of it: RunRequest::surface_data of this API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay::surfaces::openai::responses {

// An item of an input, as its client gave it, or of an earlier output that came before it.
struct GivenItem {
  std::string id;       // empty: it has none
  std::string members;  // the others, as JSON: "type":"message","status":"completed",…
};

// The most that a response keeps of the items that it was given.
inline constexpr std::size_t kMaxGivenItems = 256 << 10;

struct RequestFacts {
  bool background = false;
  bool store = true;              // a later request may go on with the response
  std::string previous_response;  // its id; empty: none
  std::string instructions;
  std::string metadata = "{}";  // a JSON object
  // The system and developer messages of the input and of the responses before it, joined. Unlike instructions they hold
  // for later requests, too.
  std::string system;
  // The input, behind the input and the output of the responses before it. Empty: it has more than kMaxGivenItems bytes, or
  // that of a response before it is not kept.
  std::vector<GivenItem> input{};
};

// The system prompt of a request: its instructions, and the messages of the system.
std::string system_of(const RequestFacts& facts);

std::string encode(const RequestFacts& facts);
// Of a run that has none: the defaults.
RequestFacts decode_facts(std::string_view surface_data);

}  // namespace belay::surfaces::openai::responses
