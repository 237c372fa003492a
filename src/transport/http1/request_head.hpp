// The head of a request: from bytes to a checked value (RFC 9112).
//
// There are two steps. HeadScanner accepts bytes in pieces of any size and refuses at the first byte that no
// request may contain. So a wrong line end or an endless header is refused at once, not at a deadline. Then
// parse_head() reads the whole head: Beast's parser checks the grammar, and our own rules (request_rules.hpp)
// check what the headers mean together. Everything that two servers in a row might read differently (request smuggling) is
// refused, never repaired.
//
// Pure: no socket, no clock. A refusal says which status to answer. The connection is closed after that
// answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "transport/config.hpp"
#include "transport/request_rules.hpp"

namespace belay::transport {

class HeadScanner {
 public:
  explicit HeadScanner(const Config& config) : config_(config) {}

  // Consumes bytes up to the end of the head and returns how many. Consumes nothing after it is done or has
  // refused.
  std::size_t push(std::string_view input);
  // Whether a byte of the request line has arrived.
  bool started() const { return lines_ != 0 || line_bytes_ != 0; }
  bool done() const { return done_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }
  // The request line and headers with the empty line that ends them. Of a refused head, what came before the fault.
  std::string take_text() { return std::move(text_); }

 private:
  bool end_line();
  bool take(char c);
  std::size_t take_ordinary(std::string_view input);
  bool refused(Refusal refusal);

  const Config& config_;
  std::string text_;
  std::optional<Refusal> refusal_;
  std::size_t lines_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t head_bytes_ = 0;
  unsigned char empty_lines_ = 0;
  bool after_cr_ = false;
  bool done_ = false;
};

// `text` comes from HeadScanner. The refusal is set when the request is refused. The head is set whenever its
// lines could be read, so that the refusal's answer can use its headers (Origin, X-Request-Id). When the target is what was
// refused, its path is path_of_refused().
struct ParsedHead {
  std::optional<RequestHead> head;
  std::optional<Refusal> refusal;
};
ParsedHead parse_head(std::string_view text, const Config& config);
// Of a head whose lines could not be read: only the path, as path_of_refused(), and that the connection is closed.
RequestHead head_of_refused(std::string_view text);

}  // namespace belay::transport
