// Items as they are listed: GET /v1/responses/{id}/input_items. A request keeps those that it was given
// (request_facts.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/message.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "surfaces/openai/responses/stored_turn.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::openai::responses {

// An item of an input. It must be one that a request may have: a message, a call, an output of a call or a reasoning.
GivenItem given_item(const BodyObject& item, std::string_view raw);
GivenItem given_text(std::string_view text);
// An item of an earlier output: a text or a whole call.
GivenItem given_output(const RunId& run, const StoredTurn::Item& item);

// What a response was given, oldest first; each item has an id. If its input is not kept: what its model was given. Of a run of
// another surface it is empty: its prompts are its own.
std::vector<GivenItem> items_of(const RunRequest& request);

// Which items are wanted.
struct ItemsPage {
  bool is_newest_first = false;
  std::optional<std::size_t> limit;
  std::string after;  // the id of the item before the page; empty: it is the first one
};
// The parameters `order`, `limit` and `after`. Fails with `invalid_request`.
Result<ItemsPage> parse_items_page(const transport::Request& request);
// A list of items. Fails with `invalid_request` if no item has the id `after`.
Result<std::string> render_items(const std::vector<GivenItem>& items, const ItemsPage& page);

}  // namespace belay::surfaces::openai::responses
