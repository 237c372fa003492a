// Reads one HTTP/1.1 response after another: a head, then a body of known length or in chunks; of an event
// stream, the lines and what stands in them. Cheap enough for a million tokens a second: nothing is copied
// but what is cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class ResponseReader {
 public:
  class Listener {
   public:
    // A piece of the answer; `content` is the body of a JSON string, as sent.
    virtual void on_token(std::string_view content) = 0;
    // The terminal event. `content`: the whole answer, where the dialect repeats it.
    virtual void on_terminal(bool good, std::string_view content) = 0;
    // The response is whole. `body` is what is no event stream.
    virtual void on_end(int status, std::string_view body) = 0;

   protected:
    ~Listener() = default;
  };

  // False: this is no HTTP response.
  bool push(std::string_view bytes, Listener& listener);

  std::size_t chunks() const { return chunks_; }  // of the last body
  bool in_head() const { return phase_ == Phase::head; }

 private:
  enum class Phase { head, chunk_head, chunk, chunk_end, last_line, length };

  bool take_head(std::string_view head, Listener& listener);
  void take_body(std::string_view bytes, Listener& listener);
  void take_line(std::string_view line, Listener& listener);
  void end(Listener& listener);

  Phase phase_ = Phase::head;
  std::string text_;  // of a head, a chunk's head
  std::string line_;  // the beginning of a line whose end has not come
  std::string body_;
  std::string event_;
  std::uint64_t left_ = 0;
  std::size_t chunks_ = 0;
  int status_ = 0;
  bool events_ = false;
};

}  // namespace bench
