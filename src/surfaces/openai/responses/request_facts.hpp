// What a response shows of its request, and what a later request needs of it: RunRequest::surface_data of this API.
#pragma once

#include <string>
#include <string_view>

namespace belay::surfaces::openai::responses {

struct RequestFacts {
  bool background = false;
  bool store = true;              // a later request may go on with the response
  std::string previous_response;  // its id; empty: none
  std::string instructions;
  std::string metadata = "{}";  // a JSON object
  // The system and developer messages of the input and of the responses before it, joined. Unlike instructions they hold
  // for later requests, too.
  std::string system;
};

std::string encode(const RequestFacts& facts);
// Of a run that has none: the defaults.
RequestFacts decode_facts(std::string_view surface_data);

}  // namespace belay::surfaces::openai::responses
