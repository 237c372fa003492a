// Reads one HTTP/1.1 response after another from a connection: a head, then a body with a Content-Length or
// in chunks. In an event stream it also reads the lines and their contents. It is fast enough for a million
// tokens per second: it copies a line of an event stream only if the line arrives in more than one part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class ResponseReader {
 public:
  class Listener {
   public:
    // A piece of the answer. `content` is what is between the quotes of the JSON string, still escaped.
    virtual void on_token(std::string_view content) = 0;
    // The terminal event. `content` is the whole answer if the dialect repeats it, else empty.
    virtual void on_terminal(bool good, std::string_view content) = 0;
    // The response is complete. `body` is empty for an event stream.
    virtual void on_end(int status, std::string_view body) = 0;

   protected:
    ~Listener() = default;
  };

  // Returns false if the bytes are not an HTTP response.
  bool push(std::string_view bytes, Listener& listener);

  // The same for a response whose head and framing another protocol has: HTTP/2.
  void begin_body(int status, bool is_event_stream);
  void push_body(std::string_view bytes, Listener& listener) { take_body(bytes, listener); }
  void end_body(Listener& listener) { end(listener); }

  std::size_t chunks() const { return chunks_; }  // how many the last body had
  bool in_head() const { return phase_ == Phase::head; }

 private:
  enum class Phase { head, chunk_head, chunk, chunk_end, last_line, length };

  bool take_head(std::string_view head, Listener& listener);
  void take_body(std::string_view bytes, Listener& listener);
  void take_line(std::string_view line, Listener& listener);
  void end(Listener& listener);

  Phase phase_ = Phase::head;
  std::string text_;  // the incomplete head of a response or of a chunk
  std::string line_;  // the beginning of a line whose end has not arrived
  std::string body_;
  std::string event_;
  std::uint64_t left_ = 0;
  std::size_t chunks_ = 0;
  int status_ = 0;
  bool events_ = false;
};

}  // namespace bench
