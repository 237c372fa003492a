// What of a request's messages is sent to a provider, the same for each protocol. Pure.
//
//   - Nothing blank is left. The texts of a message that follow each other are one text, separated by blank lines.
//   - Images and files stay where they are, if the model takes them. Else their placeholders are text.
//   - The partial answer ends the last message, if that is the assistant's. Else it is a message of its own.
//   - Reasoning is left only with a signature that this model can read.
//   - If the request offers no tools, calls and results become text of the assistant: many servers refuse them
//     without a declaration, and some models know no tools at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ports/provider.hpp"

namespace belay::providers {

// Whether the message has an image or a file.
bool has_media(const Message& message);

// Whether tools are declared to the model.
bool offers_tools(const GenerationRequest& request);

// Reasoning::signer of this model with this protocol.
std::string signer_of(std::string_view protocol, const Model& model);

// Each message holds something. A user's has one text, or texts, images and files in any order. An assistant's has
// reasoning, then up to one text, then calls. Messages that are sent as they are, as most are, are not copied: the request must outlive this object.
class SentMessages {
 public:
  // `signer` is empty if the protocol takes no reasoning.
  explicit SentMessages(const GenerationRequest& request, std::string_view signer = {});
  SentMessages(const SentMessages&) = delete;
  SentMessages& operator=(const SentMessages&) = delete;

  auto begin() const { return all_->begin(); }
  auto end() const { return all_->end(); }
  // Whether the last message is the assistant's, so that the answer continues it.
  bool end_with_answer() const { return !all_->empty() && all_->back().role == Role::assistant; }

 private:
  std::vector<Message> made_;
  const std::vector<Message>* all_;
};

// The text that the answer must continue: the assistant's last message and the partial answer.
std::string continued_text(const GenerationRequest& request);

// The arguments of a call as the text of a JSON object. Text that is no JSON object becomes a member of one.
std::string arguments_object(std::string_view arguments);

}  // namespace belay::providers
