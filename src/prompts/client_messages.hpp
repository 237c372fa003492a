// The messages that a client of a stateless API sends with each request, as a prompt (requirement K8). The server keeps
// no conversation for them: what the client sends is all.
//
//   user  ( assistant: text, calls  |  tool: their results )  …  whatever the client's last message is
//
// As in valid_messages.hpp, the result is valid for the strictest providers: nothing is blank, messages of one side
// that follow each other are one, each call has exactly one result right behind its message, and ids of calls are short
// and unique. Unlike there, the client's own results are kept, and the last message may be the assistant's (the answer
// continues it) or a tool's. A result goes to the newest call before it that has its id, also if something was said in
// between. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "prompts/recipe.hpp"

namespace belay::prompts {

struct ClientMessages {
  std::string system;             // of the client; empty: none
  std::vector<Message> messages;  // in the client's order; a tool's results name calls by the client's ids
  // Where in the request the first image and the first file are; empty: there is none.
  std::string first_image{};
  std::string first_file{};
};

// A result whose call no earlier message has is left out: the surface has refused it.
std::vector<Message> valid_client_messages(std::vector<Message> sent);

// Fails with `not_implemented` and the place of an image or a file that the model's entry does not allow.
Result<> check_media(const ClientMessages& sent, const Model& model);

// The prompt of such a request. `preamble` comes before the client's system prompt, and is ours. Fails with
// `unprocessable` and `field` if it does not fit the model's window: nothing is left out without the client's
// knowledge. An image or a file that the model's entry does not allow fails with `not_implemented` and its place; messages
// without any visible text with `invalid_request` and `field`.
class ClientRecipe final : public Recipe {
 public:
  ClientRecipe(ClientMessages sent, std::string preamble, std::string_view field)
      : sent_(std::move(sent)), preamble_(std::move(preamble)), field_(field) {}

  Needs needs() const override { return {false}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const ClientMessages sent_;
  const std::string preamble_;
  const std::string field_;
};

}  // namespace belay::prompts
