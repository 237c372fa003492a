// The port behind which language models stand.
//
// A provider is started on a loop and answers on that loop through a sink. It knows nothing of runs, logs or
// clients; it ends in exactly one of on_end() and on_error(), whatever the network does. Retries before the
// first piece, time-outs and the provider's own limits are its business (its configuration names them); after
// the first piece it never starts over by itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "core/chat.hpp"

namespace belay {

struct GenerationRequest {
  std::string label;  // the run's id, for logs
  std::string call;   // names this call among all calls that were ever made; empty: nobody shares it
  Model model;
  std::string system;
  std::vector<ChatMessage> messages;  // the newest last, a user's
  std::vector<Tool> tools;
  std::optional<double> temperature;
  std::string partial_answer;  // to be continued exactly after its last character; empty: from the start
  // Names an answer that the provider keeps (on_resumable): the rest of that one is wanted, behind
  // partial_answer. Empty: another answer may be given.
  std::string resume_token;
};

// Owned by the caller of Provider::start(); outlives the Generation. Calls come on the loop of start(), never
// from inside start() or pause(), and none after on_end(), on_error() or the Generation's destruction.
class GenerationSink {
 public:
  // The provider has accepted the request: its first byte is here.
  virtual void on_accepted() = 0;
  // A piece of the answer, as it came: it may split a UTF-8 character or be broken. Valid during the call.
  virtual void on_text(std::string_view piece) = 0;
  // A whole call: arguments joined from their pieces; not yet held against its schema.
  virtual void on_tool_call(ToolCall call) = 0;
  // What has been counted so far; the last one counts. `estimated`: not the provider's last word, so that
  // what is missing is estimated if no other follows.
  virtual void on_usage(const Usage& usage) = 0;
  // The answer is whole: the provider said so.
  virtual void on_end(FinishReason reason) = 0;
  virtual void on_error(Error error) = 0;
  // The call that the answer comes from, where several runs may share it (core/shared_generations.hpp).
  // Before on_accepted().
  virtual void on_call(std::string_view /*call*/) {}
  // The provider keeps this answer: with the token its rest can be had, also by another process.
  virtual void on_resumable(std::string_view /*token*/) {}
  // Something that clients may want to know of how the answer comes about (core/payloads.hpp, kStage…).
  virtual void on_stage(std::string_view /*name*/) {}

 protected:
  ~GenerationSink() = default;
};

// A call under way. Destroying it cancels it: the connection is closed at once, also while it is being made.
// It may be destroyed at any time on its loop but from inside a call of its sink.
class Generation {
 public:
  virtual ~Generation() = default;
  // Reads no more from the provider until resume(); what has been read may still arrive.
  virtual void pause() = 0;
  virtual void resume() = 0;
  // The answer will be taken up by the next process: destroying this does not end it where the provider keeps
  // it.
  virtual void leave() {}
};

// Thread-safe: start() is called on any loop. One object a configured provider, alive for as long as the
// server.
class Provider {
 public:
  virtual ~Provider() = default;
  // Whether it can be given GenerationRequest::partial_answer for this model.
  virtual bool can_continue(const Model& model) const = 0;
  // Whether it keeps answers of this model, and can be given GenerationRequest::resume_token.
  virtual bool can_resume(const Model& /*model*/) const { return false; }
  virtual std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                            GenerationSink& sink) = 0;
};

}  // namespace belay
