#include "providers/tool_calls.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "providers/failures.hpp"
#include "providers/same_json.hpp"

namespace belay::providers {
namespace {

// Number of the server's own calls that are remembered, so that their pieces are not mixed up with ours. The
// newest are kept.
constexpr std::size_t kMaxOfTheServers = 64;

Error broken(std::string advice) {
  return unreadable_answer(std::move(advice)).error;
}

bool is_empty_object(std::string_view arguments) {
  return arguments.find_first_not_of("{} \t\r\n") == std::string_view::npos;
}

// Whether two texts may be the same JSON, judged by their lengths. Escapes and white space make a text
// longer, but only up to these limits.
bool may_be_same_json(std::string_view a, std::string_view b) {
  constexpr std::size_t kMaxTimes = 8, kMaxMore = 64;
  return std::max(a.size(), b.size()) <= std::min(a.size(), b.size()) * kMaxTimes + kMaxMore;
}

bool is_same_json(std::string_view a, std::string_view b) {
  if (!may_be_same_json(a, b)) return false;
  std::string left(a), right(b);
  mend_escapes(left);
  mend_escapes(right);
  return same_json(left, right);
}

}  // namespace

void ToolCallGatherer::ObjectEnd::take(std::string_view piece) {
  for (const char c : piece) {
    if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      begun_ = true;
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ != 0) {
      --depth_;
    }
  }
}

Result<> ToolCallGatherer::count(const Piece& piece) {
  bytes_ += piece.id.size() + piece.item.size() + piece.name.size() + piece.arguments.size();
  if (bytes_ > config_.max_tool_call_bytes.value)
    return broken("The provider's tool calls are larger than max_tool_call_bytes.");
  return {};
}

template <class Is>
ToolCallGatherer::Gathered* ToolCallGatherer::newest(Is is) {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), is);
  return found == calls_.rend() ? nullptr : &*found;
}

ToolCallGatherer::Gathered* ToolCallGatherer::find_for_piece(const Piece& piece) {
  const auto at_its_index = [&](const Gathered& one) { return piece.index && one.index == piece.index; };
  if (piece.id.empty()) {
    if (!piece.index) return calls_.empty() ? nullptr : &calls_.back();
    Gathered* const there = newest(at_its_index);
    // Only the start of the call came without an index.
    if (!there && piece.name.empty()) return newest([](const Gathered& one) { return !one.index; });
    return there;
  }
  const auto has_its_id = [&](const Gathered& one) { return one.call.id == piece.id; };
  if (auto* known = newest([&](const Gathered& one) { return has_its_id(one) && at_its_index(one); }))
    return known;
  if (auto* known = newest(has_its_id)) return known;
  // An id may come later than the start of the call.
  Gathered* const place = newest(at_its_index);
  return place && place->call.id.empty() ? place : nullptr;
}

ToolCallGatherer::Fit ToolCallGatherer::fit_of(const Gathered& call, const Piece& piece) {
  if (piece.whose == Whose::ours && !call.is_ours) return Fit::another;
  if (piece.whose == Whose::the_servers && call.is_ours) return Fit::another;
  if (!call.is_ours) return Fit::part;
  if (!piece.name.empty() && !call.call.name.empty() && call.call.name != piece.name) return Fit::another;
  if (call.is_provisional || !call.end.over()) return Fit::part;
  // Nothing can be added to an object that is complete.
  const bool names_a_call = !piece.name.empty() && !call.call.name.empty();
  if (names_a_call && call.call.id.empty() && !piece.id.empty()) return Fit::another;
  if (is_blank(piece.arguments)) return Fit::part;
  if ((piece.index || !piece.id.empty()) && is_same_json(call.call.arguments, piece.arguments))
    return Fit::repeat;
  return names_a_call ? Fit::another : Fit::part;
}

Result<ToolCallGatherer::Gathered*> ToolCallGatherer::make(const Piece& piece) {
  const bool is_ours = piece.whose != Whose::the_servers;
  if (is_ours && ours_ >= config_.max_tool_calls)
    return broken("The provider's answer holds more tool calls than max_tool_calls.");
  if (!is_ours && calls_.size() - ours_ >= kMaxOfTheServers)
    calls_.erase(
        std::find_if(calls_.begin(), calls_.end(), [](const Gathered& one) { return !one.is_ours; }));
  Gathered& made = calls_.emplace_back();
  made.index = piece.index;
  made.is_ours = is_ours;
  if (is_ours) ++ours_;
  return &made;
}

void ToolCallGatherer::name(Gathered& call, const Piece& piece) {
  constexpr std::size_t kMaxNames = 1024;  // limit for calls of the server, which are not counted
  if (!call.is_ours && piece.id.size() + piece.item.size() + piece.name.size() > kMaxNames) return;
  // Some servers repeat id, item and name.
  if (call.call.id.empty()) call.call.id = joined(piece.id, piece.has_placeholders);
  if (call.item.empty()) call.item = joined(piece.item, piece.has_placeholders);
  if (call.call.name.empty()) call.call.name = joined(piece.name, piece.has_placeholders);
}

void ToolCallGatherer::append_arguments(Gathered& call, const Piece& piece) {
  std::string& arguments = call.call.arguments;
  const std::size_t before = arguments.size();
  if (piece.has_placeholders || call.joiner.holding())
    call.joiner.push(piece.arguments, piece.has_placeholders, arguments);
  else
    arguments += piece.arguments;
  call.end.take(std::string_view(arguments).substr(before));
}

void ToolCallGatherer::set_arguments(Gathered& call, const Piece& piece) {
  call.call.arguments.clear();
  call.joiner = CharacterJoiner();
  call.end = ObjectEnd();
  call.is_provisional = false;
  append_arguments(call, piece);
}

// What the sink has been sent must be the beginning of the new arguments.
Result<> ToolCallGatherer::replace_arguments(Gathered& call, const Piece& piece) {
  const std::string sent = call.call.arguments.substr(0, call.sent);
  set_arguments(call, piece);
  if (!call.call.arguments.starts_with(sent))
    return broken("The provider's tool call is not what its pieces were.");
  return {};
}

bool ToolCallGatherer::is_sent_id(const Gathered& call) const {
  return std::any_of(calls_.begin(), calls_.end(), [&](const Gathered& other) {
    return &other != &call && other.sent_as && other.call.id == call.call.id;
  });
}

// Whether the sink knows the call, and more of its arguments may come.
bool ToolCallGatherer::is_half_sent(const Gathered& call) {
  return call.sent_as && (call.is_provisional || !call.end.over());
}

void ToolCallGatherer::tell_arguments(Gathered& call, GenerationSink& sink) {
  const std::string& arguments = call.call.arguments;
  if (call.is_provisional || call.sent == arguments.size() || (call.sent == 0 && is_blank(arguments))) return;
  const std::string_view piece =
      std::string_view(arguments).substr(std::exchange(call.sent, arguments.size()));
  sink.on_tool_call_piece(*call.sent_as, piece);
}

void ToolCallGatherer::tell(GenerationSink& sink) {
  const auto half = std::find_if(calls_.begin(), calls_.end(),
                                 [](const Gathered& one) { return one.sent_as && !one.is_sent; });
  if (half != calls_.end()) {
    tell_arguments(*half, sink);
    if (is_half_sent(*half)) return;
    half->is_sent = true;
  }
  for (Gathered& one : calls_) {
    if (one.sent_as || !one.is_ours || one.call.id.empty() || one.call.name.empty()) continue;
    if (is_sent_id(one)) continue;  // it gets another id in the end
    one.sent_as = sent_calls_++;
    sink.on_tool_call_begin(*one.sent_as, one.call.id, one.call.name);
    tell_arguments(one, sink);
    if (is_half_sent(one)) return;
    one.is_sent = true;
  }
}

void ToolCallGatherer::tell_whole(std::vector<ToolCall>&& calls, GenerationSink& sink) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Rest& rest = rests_[i];
    const std::uint32_t index = rest.sent_as ? *rest.sent_as : sent_calls_++;
    if (!rest.sent_as) sink.on_tool_call_begin(index, calls[i].id, calls[i].name);
    if (!rest.arguments.empty()) sink.on_tool_call_piece(index, rest.arguments);
    sink.on_tool_call(std::move(calls[i]));
  }
}

Result<> ToolCallGatherer::add(const Piece& piece) {
  Gathered* call = find_for_piece(piece);
  const Fit fit = call ? fit_of(*call, piece) : Fit::another;
  if (fit == Fit::repeat) return {};
  const bool is_ours = fit == Fit::another ? piece.whose != Whose::the_servers : call->is_ours;
  if (auto fits = is_ours ? count(piece) : Result<>(); !fits) return fits;
  if (fit == Fit::another) {
    auto made = make(piece);
    if (!made) return made.error();
    call = *made;
  }
  name(*call, piece);
  if (!call->is_ours || piece.arguments.empty()) return {};
  if (piece.is_object || call->is_provisional) {
    if (auto fits = replace_arguments(*call, piece); !fits) return fits;
    call->is_provisional = piece.is_object && is_empty_object(piece.arguments);
  } else {
    append_arguments(*call, piece);
  }
  return {};
}

Result<> ToolCallGatherer::open(const Piece& piece) {
  if (auto fits = piece.whose != Whose::the_servers ? count(piece) : Result<>(); !fits) return fits;
  // Some servers send the start of a call twice.
  const bool is_named = !piece.id.empty() || !piece.item.empty();
  Gathered* call = newest([&](const Gathered& one) {
    return is_named && one.is_ours && piece.whose != Whose::the_servers && one.call.id == piece.id &&
           one.item == piece.item && one.index == piece.index && one.call.name == piece.name &&
           (one.is_provisional || one.call.arguments.empty());
  });
  if (!call) {
    auto made = make(piece);
    if (!made) return made.error();
    call = *made;
  }
  name(*call, piece);
  if (!call->is_ours || is_blank(piece.arguments)) return {};
  set_arguments(*call, piece);
  call->is_provisional = true;
  return {};
}

ToolCallGatherer::Gathered* ToolCallGatherer::find_begun(const Piece& piece) {
  if (!piece.item.empty()) {
    if (auto* named = newest([&](const Gathered& one) { return one.item == piece.item; })) return named;
    if (auto* named = newest([&](const Gathered& one) { return one.call.id == piece.item; })) return named;
  }
  if (piece.index)
    if (auto* there = newest([&](const Gathered& one) { return one.index == piece.index; })) return there;
  if (calls_.empty() || (piece.index && !piece.item.empty())) return nullptr;
  Gathered& last = calls_.back();
  return last.is_provisional || !last.end.over() ? &last : nullptr;
}

Result<> ToolCallGatherer::append(const Piece& piece) {
  if (piece.arguments.empty()) return {};
  Gathered* const call = find_begun(piece);
  has_strays_ |= call == nullptr;
  if (!call || !call->is_ours) return {};
  if (auto fits = count(piece); !fits) return fits;
  if (piece.is_object) return settle_arguments(*call, piece);
  if (call->is_provisional) {
    set_arguments(*call, piece);
  } else {
    append_arguments(*call, piece);
  }
  return {};
}

Result<> ToolCallGatherer::close(const Piece& piece) {
  Gathered* const call = find_begun(piece);
  if (call) return call->is_ours ? settle_arguments(*call, piece) : Result<>();
  if (!piece.name.empty()) {
    begin_list();
    return settle(piece);
  }
  has_strays_ |= !piece.arguments.empty();
  return {};
}

Result<> ToolCallGatherer::settle_arguments(Gathered& call, const Piece& piece) {
  if (is_blank(piece.arguments)) return {};
  const bool may_differ = call.is_provisional || !call.end.over();
  if (!may_differ && !is_same_json(call.call.arguments, joined(piece.arguments, piece.has_placeholders)))
    return broken("The provider's tool call is not what its pieces were.");
  if (piece.arguments.size() > call.call.arguments.size()) {
    Piece more;
    more.arguments = piece.arguments.substr(call.call.arguments.size());
    if (auto fits = count(more); !fits) return fits;
  }
  if (may_differ) return replace_arguments(call, piece);
  // The sink may have all of it, as another text of the same JSON. If it has a part, the rest must be of that text.
  const bool is_sent = call.sent == call.call.arguments.size();
  if (call.sent != 0 && !is_sent) return {};
  set_arguments(call, piece);
  if (is_sent) call.sent = call.call.arguments.size();
  return {};
}

void ToolCallGatherer::begin_list() {
  ++list_;
}

Result<> ToolCallGatherer::settle(const Piece& piece) {
  const auto find = [&](auto is) -> Gathered* {
    const auto found = std::find_if(calls_.begin(), calls_.end(),
                                    [&](const Gathered& one) { return one.list != list_ && is(one); });
    return found == calls_.end() ? nullptr : &*found;
  };
  Gathered* call = nullptr;
  if (!piece.item.empty()) call = find([&](const Gathered& one) { return one.item == piece.item; });
  if (!call && !piece.id.empty()) call = find([&](const Gathered& one) { return one.call.id == piece.id; });
  const auto may_be = [&](const Gathered& one) {
    return one.is_ours == (piece.whose != Whose::the_servers) && one.call.name == piece.name &&
           (one.call.id.empty() || piece.id.empty() || one.call.id == piece.id);
  };
  if (!call && piece.index)
    call = find([&](const Gathered& one) { return one.index == piece.index && may_be(one); });
  if (!call)
    call = find([&](const Gathered& one) {
      return may_be(one) && is_same_json(one.call.arguments, piece.arguments);
    });
  if (!call) {
    Piece names = piece;
    names.arguments = {};
    if (auto fits = count(names); !fits) return fits;
    auto made = make(piece);
    if (!made) return made.error();
    call = *made;
  }
  call->list = list_;
  name(*call, piece);
  return call->is_ours ? settle_arguments(*call, piece) : Result<>();
}

// The same call of the same answer always gets the same id, even if another process takes over the answer.
std::string ToolCallGatherer::made_id(const ToolCall& call, const std::vector<ToolCall>& others) const {
  for (unsigned attempt = 0;; ++attempt) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    const auto take = [&](std::string_view text) {
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
      hash *= 0x100000001b3;
    };
    take(label_);
    take(call.name);
    take(call.arguments);
    take(std::to_string(attempt));
    std::string id = fmt::format("call_{:016x}", hash);
    if (std::none_of(others.begin(), others.end(), [&](const ToolCall& other) { return other.id == id; }))
      return id;
  }
}

Result<std::vector<ToolCall>> ToolCallGatherer::finish(bool is_cut) {
  std::vector<ToolCall> calls;
  rests_.clear();
  for (Gathered& gathered : calls_) {
    if (!gathered.is_ours) continue;
    ToolCall& call = gathered.call;
    gathered.joiner.finish(call.arguments);
    Rest rest{gathered.sent_as, call.arguments.substr(gathered.sent)};
    mend_escapes(call.arguments);
    const bool says_nothing = call.id.empty() && is_blank(call.arguments);
    if (call.name.empty() && says_nothing) continue;
    if (call.name.empty()) return broken("The provider's answer holds a tool call without a name.");
    const bool has_none =
        is_blank(call.arguments) || (gathered.is_provisional && is_empty_object(call.arguments));
    if (has_none && is_cut && &gathered == &calls_.back())
      call.arguments.clear();
    else if (is_blank(call.arguments))
      call.arguments = "{}";
    if (gathered.sent == 0) rest.arguments = call.arguments;
    const bool is_taken =
        !gathered.sent_as &&
        (is_sent_id(gathered) ||
         std::any_of(calls.begin(), calls.end(), [&](const ToolCall& other) { return other.id == call.id; }));
    if (call.id.empty() || is_taken) call.id = made_id(call, calls);
    calls.push_back(std::move(call));
    rests_.push_back(std::move(rest));
  }
  if (calls.empty() && has_strays_)
    return broken("The provider's answer holds arguments of a tool call that it did not name.");
  calls_.clear();
  ours_ = 0;
  return calls;
}

}  // namespace belay::providers
