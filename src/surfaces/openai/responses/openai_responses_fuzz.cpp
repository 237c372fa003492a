// Fuzz test: parses arbitrary bytes as a request for a response, which may refer to a stored one. Whatever is taken can be
// made into a prompt that is valid for every provider; whatever is refused names its place.
#include <cstdint>
#include <string>

#include "base/utf8.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/responses/request.hpp"
#include "surfaces/testing/prompt_checks.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;
using namespace belay::surfaces::openai;
using belay::surfaces::testing::check_prompt;
using belay::surfaces::testing::require;

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty());
  const ErrorName name = name_of(error);
  require(name.status >= 400 && name.status < 500 && !name.code.empty());
  require(!error.field.empty());
}

// The stored response of the seeds.
const responses::StoredTurns& turns() {
  static const responses::StoredTurns stored = [] {
    responses::StoredTurn turn;
    turn.request.messages = {Message(Role::user, "Hi")};
    turn.items = {{0, PartKind::reasoning},
                  {1, PartKind::text, "Wait."},
                  {2, PartKind::tool_call, {}, {"c1", "cut", "{}"}}};
    responses::StoredTurns one;
    one.emplace(*RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"), std::move(turn));
    return one;
  }();
  return stored;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  transport::Request request;
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}};
  request.body.assign(reinterpret_cast<const char*>(data), size);
  auto create = responses::parse_create(request, {});
  if (!create) {
    check_refusal(create.error());
    return 0;
  }
  require(create->start.tools.size() <= kMaxClientTools);
  for (const Tool& tool : create->start.tools) require(!tool.name.empty() && is_valid_utf8(tool.schema));
  if (const auto added = responses::add_prompt(*create, {}, turns()); !added) {
    check_refusal(added.error());
    return 0;
  }
  const responses::RequestFacts facts = responses::decode_facts(create->start.surface_data);
  require(is_valid_utf8(facts.metadata) && facts.store >= facts.background);
  if (const auto refused = check_prompt(*create->start.recipe)) check_refusal(*refused);
  return 0;
}
