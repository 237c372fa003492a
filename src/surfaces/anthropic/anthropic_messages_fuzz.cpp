// Fuzz test: parses arbitrary bytes as a request for a message. Whatever is taken can be made into a prompt that is
// valid for every provider; whatever is refused names its place.
#include <cstdint>
#include <string>

#include "base/utf8.hpp"
#include "surfaces/anthropic/errors.hpp"
#include "surfaces/anthropic/parse.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/testing/prompt_checks.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;
using belay::surfaces::testing::check_prompt;
using belay::surfaces::testing::require;

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty());
  const anthropic::ErrorName name = anthropic::name_of(error);
  require(name.status >= 400 && name.status < 500 && !name.type.empty());
  require(!error.field.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  transport::Request request;
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}};
  request.body.assign(reinterpret_cast<const char*>(data), size);
  const auto counted = anthropic::parse_count(request, {});
  const auto messages = anthropic::parse_messages(request, {});
  if (!messages) {
    check_refusal(messages.error());
    return 0;
  }
  require(counted.has_value());
  const services::StartRun& start = messages->start;
  require(start.sampling.max_output.value >= 1);
  require(start.tools.size() <= kMaxClientTools);
  for (const Tool& tool : start.tools) require(!tool.name.empty() && is_valid_utf8(tool.schema));
  if (const auto refused = check_prompt(*start.recipe)) check_refusal(*refused);
  return 0;
}
