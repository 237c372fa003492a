// Makes the messages of a prompt valid for the strictest providers (requirement C18). Pure.
//
//   user  ( assistant: text  |  assistant: calls · tool: their results · assistant: text )  user …
//
//   - Messages of the user that follow each other are one message. So a question whose answer failed is joined
//     with the next one. Answers that follow each other are one answer.
//   - Nothing is blank. The first message is the user's. Its images and files stay where they are among its texts.
//   - The client carries out an action and sends no result back. Each call gets a result that says so, and an
//     answer without text gets one: some providers refuse a user's message right after a result.
//   - Ids of calls are unique in the prompt, and short enough for every provider: many servers begin to count
//     again in each answer.
#pragma once

#include <vector>

#include "base/units.hpp"
#include "core/types/message.hpp"
#include "core/types/records.hpp"

namespace belay::prompts {

// `said`: what user and assistant said, oldest first: their texts and calls, in any order of roles. The last
// message stays the last one, unless it is blank.
std::vector<Message> valid_messages(std::vector<Message> said);

// A stored message as one of a prompt: its text and calls, without control characters.
Message message_of(StoredMessage stored);

// Joins each answer that was cut off or stopped with the answer that goes on from there: such an answer has no
// question of its own. Oldest first.
std::vector<StoredMessage> with_whole_answers(std::vector<StoredMessage> stored);

// What the calls of a message take in a prompt: themselves, their results and the text after them.
TokenCount call_tokens(const Message& message);

}  // namespace belay::prompts
