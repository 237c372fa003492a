// Joins tool calls from their pieces, for every protocol.
//
// Ids and names come complete and once; arguments come in pieces, as JSON text. Servers differ in everything
// else: one index for all calls, no index, no id, arguments as an object, the complete call again at the end.
// Therefore a piece belongs to the call with its id; otherwise to the newest call at its index; otherwise to
// the newest call of all. A piece that cannot belong to that call starts another call. A call without an id
// gets one, because the tool's result refers to it. The run checks whether the arguments fit their schema.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/ports/provider.hpp"
#include "core/types/message.hpp"
#include "providers/characters.hpp"
#include "providers/config.hpp"

namespace belay::providers {

class ToolCallGatherer {
 public:
  // Ids that are made here depend only on `label` and on the call itself.
  ToolCallGatherer(const HttpProviderConfig& config, std::string label)
      : config_(config), label_(std::move(label)) {}

  // Who executes the call: ours to pass on, or the server's own (a search, code that it ran).
  enum class Whose { unsaid, ours, the_servers };
  struct Piece {
    std::optional<std::uint64_t> index;  // position in the answer
    std::string_view id;
    std::string_view item;  // Responses: the id that the call's events use
    std::string_view name;
    std::string_view arguments;
    bool is_object = false;  // the arguments came as an object: they are complete
    Whose whose = Whose::unsaid;
    bool has_placeholders = false;  // see JsonBuffer::has_placeholders()
  };
  // Chat Completions: a piece of a call, or the start of one.
  Result<> add(const Piece& piece);
  // Responses, Messages: a call starts, even if the index was used before. Its arguments are discarded if
  // pieces of arguments follow.
  Result<> open(const Piece& piece);
  // Responses, Messages: more arguments of a started call. Arguments of the server's own calls are discarded.
  Result<> append(const Piece& piece);
  // The complete arguments of a started call. These are final, and must be equal to the pieces.
  Result<> close(const Piece& piece);
  // A list of complete calls follows. Each may be a known call that is repeated.
  void begin_list();
  Result<> settle(const Piece& piece);

  // Tells the sink what it does not know yet of our calls: those that have an id and a name, and more of their arguments.
  // What was sent is never changed: what follows must begin with it, or mean the same. One call after the other: while the
  // arguments of a call are not complete, the calls that began after it wait, so a sink never gets pieces in turns.
  void tell(GenerationSink& sink);
  // Whether the sink knows of a call.
  bool has_sent() const { return sent_calls_ != 0; }

  // Returns all of our calls, in the order in which they started. A call without arguments has "{}", but for the last one of
  // an answer that was cut at its length: the model may have had more to say, so its arguments stay empty.
  Result<std::vector<ToolCall>> finish(bool is_cut = false);
  // After finish(): tells the sink the rest of each of these calls, and the whole call.
  void tell_whole(std::vector<ToolCall>&& calls, GenerationSink& sink);
  bool empty() const { return ours_ == 0; }
  // Number of remembered calls, including the server's own.
  std::size_t size() const { return calls_.size(); }

 private:
  // Detects the end of an object that comes in pieces.
  class ObjectEnd {
   public:
    void take(std::string_view piece);
    bool over() const { return begun_ && depth_ == 0; }

   private:
    std::size_t depth_ = 0;
    bool begun_ = false;
    bool in_string_ = false;
    bool escaped_ = false;
  };
  struct Gathered {
    std::optional<std::uint64_t> index;
    std::string item;
    ToolCall call;
    CharacterJoiner joiner;  // of the arguments
    ObjectEnd end;           // of the arguments
    bool is_ours = true;
    bool is_provisional = false;           // the arguments are those of open()
    std::uint64_t list = 0;                // number of the last list that contained it
    std::optional<std::uint32_t> sent_as;  // the index under which the sink knows it
    std::size_t sent = 0;                  // bytes of the arguments that the sink has
    bool is_sent = false;                  // the sink has all of the arguments
  };
  enum class Fit { part, repeat, another };

  Result<> count(const Piece& piece);
  template <class Is>
  Gathered* newest(Is is);
  Gathered* find_for_piece(const Piece& piece);
  Gathered* find_begun(const Piece& piece);
  static Fit fit_of(const Gathered& call, const Piece& piece);
  Result<Gathered*> make(const Piece& piece);
  static void name(Gathered& call, const Piece& piece);
  static void append_arguments(Gathered& call, const Piece& piece);
  static void set_arguments(Gathered& call, const Piece& piece);
  static Result<> replace_arguments(Gathered& call, const Piece& piece);
  Result<> settle_arguments(Gathered& call, const Piece& piece);
  std::string made_id(const ToolCall& call, const std::vector<ToolCall>& others) const;
  bool is_sent_id(const Gathered& call) const;
  static bool is_half_sent(const Gathered& call);
  static void tell_arguments(Gathered& call, GenerationSink& sink);

  const HttpProviderConfig& config_;
  const std::string label_;
  std::vector<Gathered> calls_;
  std::size_t ours_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t list_ = 0;
  std::uint32_t sent_calls_ = 0;  // calls that the sink knows
  // What finish() leaves for tell_whole(), one for each call.
  struct Rest {
    std::optional<std::uint32_t> sent_as;
    std::string arguments;
  };
  std::vector<Rest> rests_;
  bool has_strays_ = false;  // arguments of a call that never started
};

}  // namespace belay::providers
