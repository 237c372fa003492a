// Fuzz test: parses arbitrary bytes as a request for a chat completion. Whatever is taken can be made into a prompt
// that is valid for every provider; whatever is refused names its place.
#include <cstdint>
#include <string>

#include "base/utf8.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/testing/prompt_checks.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;
using belay::surfaces::testing::check_prompt;
using belay::surfaces::testing::require;

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty());
  const openai::ErrorName name = openai::name_of(error);
  require(name.status >= 400 && name.status < 500 && !name.code.empty());
  require(!error.field.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  transport::Request request;
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}};
  request.body.assign(reinterpret_cast<const char*>(data), size);
  auto chat = openai::parse_chat(request, {});
  if (!chat) {
    check_refusal(chat.error());
    return 0;
  }
  require(chat->start.tools.size() <= kMaxClientTools);
  for (const Tool& tool : chat->start.tools) require(!tool.name.empty() && is_valid_utf8(tool.schema));
  if (const auto refused = check_prompt(*chat->start.recipe)) check_refusal(*refused);
  return 0;
}
