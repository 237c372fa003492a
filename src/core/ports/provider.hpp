// The port to language models.
//
// A provider is started on a loop, and answers on that loop through a sink. It knows nothing of runs, logs or
// clients. Whatever the network does, each call ends with exactly one of on_end() and on_error(). The
// provider itself handles retries before the first piece, time-outs, and its own limits, as its configuration
// says. After the first piece it never restarts by itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "core/types/message.hpp"
#include "core/types/sampling.hpp"

namespace belay {

struct GenerationRequest {
  std::string label;  // the run's id, for logs
  std::string call;   // unique among all calls ever made; empty: the call is not shared
  Model model;
  std::string system;
  // Oldest first. The last one is the user's, or the assistant's: then the answer must continue it.
  std::vector<Message> messages;
  std::vector<Tool> tools;
  Sampling sampling{};
  // The sink gets tool calls in pieces, too (GenerationSink::on_tool_call_begin()). From the first piece on, the answer
  // has begun: the provider asks neither again nor another model.
  bool streams_calls = false;
  // The answer must continue exactly after it. It is text that this answer began with, so it follows an
  // assistant's message directly. Empty: start at the beginning.
  std::string partial_answer;
  // The id of an answer that the provider stores (from on_resumable): the provider must send the rest of that
  // answer, after partial_answer. Empty: any answer may be generated.
  std::string resume_token;

  // The size of all text that is sent.
  std::uint64_t prompt_bytes() const {
    std::uint64_t bytes = system.size() + partial_answer.size();
    for (const Message& message : messages) bytes += bytes_of(message);
    return bytes;
  }
  // The longest answer.
  TokenCount max_output() const {
    if (sampling.max_output.value == 0) return model.max_output;
    return {std::min(model.max_output.value, sampling.max_output.value)};
  }
  // Whether there is text already that the answer must continue.
  bool continues() const {
    return !partial_answer.empty() || (!messages.empty() && messages.back().role == Role::assistant);
  }
};

// Owned by the caller of Provider::start(); must outlive the Generation. Calls arrive on the loop of start(),
// never from inside start() or pause(). No call arrives after on_end(), on_error() or the destruction of the
// Generation.
class GenerationSink {
 public:
  // The provider has accepted the request: the first byte of its response has arrived.
  virtual void on_accepted() = 0;
  // A piece of the answer, as received: it may split a UTF-8 character or be malformed. Valid only during the
  // call.
  virtual void on_text(std::string_view piece) = 0;
  // A piece of what the model thinks: whole characters. Only of models with Model::shows_reasoning. It is no part
  // of the answer, and it is never sent twice: when another attempt begins, that one's reasoning is left out.
  virtual void on_reasoning(std::string_view /*piece*/) {}
  // Only if the request wants calls in pieces (GenerationRequest::streams_calls). A tool call begins. `index` counts the
  // calls of this answer from 0; `id` is unique among them. Both texts are valid only during the call.
  virtual void on_tool_call_begin(std::uint32_t /*index*/, std::string_view /*id*/,
                                  std::string_view /*name*/) {}
  // A piece of the arguments of a call that has begun: whole characters, never empty. All pieces together are JSON with
  // the same meaning as the arguments of the complete call, which follows.
  virtual void on_tool_call_piece(std::uint32_t /*index*/, std::string_view /*json*/) {}
  // A complete tool call: its arguments are joined from their pieces, but not yet checked against the schema.
  virtual void on_tool_call(ToolCall call) = 0;
  // The usage so far; a later call replaces it. `estimated`: this is not the provider's final count, so
  // missing numbers are estimated if no other report follows.
  virtual void on_usage(const Usage& usage) = 0;
  // The stop sequence at which the answer ends. Called before on_end(), if the provider says so.
  virtual void on_stop_sequence(std::string_view /*sequence*/) {}
  // The provider reported that the answer is complete.
  virtual void on_end(FinishReason reason) = 0;
  virtual void on_error(Error error) = 0;
  // Names the provider call that the answer comes from, if several runs may share it
  // (core/run/shared_generations.hpp). Called before on_accepted().
  virtual void on_call(std::string_view /*call*/) {}
  // The provider stores this answer. With the token, any process can fetch the rest of it.
  virtual void on_resumable(std::string_view /*token*/) {}
  // Progress information that clients may want (core/types/payloads.hpp, kStage…).
  virtual void on_stage(std::string_view /*name*/) {}

 protected:
  ~GenerationSink() = default;
};

// A provider call in progress. Destroying it cancels the call: the connection is closed at once, even while
// it is being established. It may be destroyed at any time on its loop, except inside a call of its sink.
class Generation {
 public:
  virtual ~Generation() = default;
  // Stops reading from the provider until resume(). Data that was already read may still arrive.
  virtual void pause() = 0;
  virtual void resume() = 0;
  // Tells the Generation that the next process will take over the answer. If the provider stores the answer,
  // destroying the Generation then does not end it there.
  virtual void leave() {}
};

// Thread-safe: start() is called on any loop. There is one object per configured provider. It lives as long
// as the server.
class Provider {
 public:
  virtual ~Provider() = default;
  // Whether the provider accepts GenerationRequest::partial_answer for this model.
  virtual bool can_continue(const Model& model) const = 0;
  // Whether the provider stores answers of this model, and accepts GenerationRequest::resume_token.
  virtual bool can_resume(const Model& /*model*/) const { return false; }
  virtual std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                            GenerationSink& sink) = 0;
};

}  // namespace belay
