// Joins tool calls from their pieces, whatever the dialect.
//
// Ids and names come whole, once; arguments in pieces, as JSON text. Servers are careless about the rest: an
// index for all calls, no index, no id, arguments as an object, the whole call again at the end. So a piece
// belongs to the call of its id, else to the newest one at its index, else to the newest one of all; and what
// cannot be a part of that call begins another. A call without an id is given one: its result is named by it.
// Whether arguments fit what was declared is the run's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"
#include "providers/characters.hpp"
#include "providers/config.hpp"

namespace belay::providers {

class ToolCallGatherer {
 public:
  // Ids that are made here follow from `label` and the call itself.
  ToolCallGatherer(const HttpProviderConfig& config, std::string label)
      : config_(config), label_(std::move(label)) {}

  // Whose call it is: ours to pass on, or the server's own (a search, code that it ran).
  enum class Whose { unsaid, ours, the_servers };
  struct Piece {
    std::optional<std::uint64_t> index;  // its place in the answer
    std::string_view id;
    std::string_view item;  // Responses: what the call's events are named by
    std::string_view name;
    std::string_view arguments;
    bool is_object = false;  // the arguments came as an object: there are no others
    Whose whose = Whose::unsaid;
    bool has_stand_ins = false;  // JsonBuffer::has_stand_ins()
  };
  // Chat Completions: a piece of a call, or the beginning of one.
  Result<> add(const Piece& piece);
  // Responses, Messages: a call begins, also where the index was used before. Its arguments are dropped if
  // pieces of them follow.
  Result<> open(const Piece& piece);
  // Responses, Messages: more arguments of a call that has begun. Those of the server's own are dropped.
  Result<> append(const Piece& piece);
  // The arguments of a call that has begun, whole: the last word. They must say what the pieces said.
  Result<> close(const Piece& piece);
  // A list of whole calls follows: each may be one that is known, said again.
  void begin_list();
  Result<> settle(const Piece& piece);

  // All of ours, in the order in which they began.
  Result<std::vector<ToolCall>> finish();
  bool empty() const { return ours_ == 0; }
  // What is remembered, the server's own included.
  std::size_t size() const { return calls_.size(); }

 private:
  // Whether an object that comes in pieces is over.
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
    bool is_provisional = false;  // the arguments are those of open()
    std::uint64_t list = 0;       // the last that it was in
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
  Result<> settle_arguments(Gathered& call, const Piece& piece);
  std::string made_id(const ToolCall& call, const std::vector<ToolCall>& others) const;

  const HttpProviderConfig& config_;
  const std::string label_;
  std::vector<Gathered> calls_;
  std::size_t ours_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t list_ = 0;
  bool has_strays_ = false;  // arguments of a call that never began
};

}  // namespace belay::providers
