// Several answers on one WebSocket, in the frames of the AI SDK's WebSocketChatTransport (requirement K57).
//
//   {"type":"start","requestId":R}
//   {"type":"chunk","requestId":R,"sequence":N,"chunk":{…}}     N counts from 0
//   {"type":"end","requestId":R}
//
// A frame names the client's request, so it is made for each reader, while the chunks in it come from the log's renditions
// for all. Nothing is read ahead: when the socket takes no more, at most kAtOnce bytes of frames and one unfinished line of
// each answer are held. The answers take turns.
//
// What is shown is SocketStreams::source(). It ends when no answer is left, and is then of no more use. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/run_id.hpp"

namespace belay::surfaces::chat::ui {

class SocketStreams : public std::enable_shared_from_this<SocketStreams> {
 public:
  static constexpr std::size_t kMax = 16;  // answers at once
  static constexpr std::size_t kAtOnce = 64 * 1024;

  // `delivered` is called when the client has had an answer to its end. It must not call back.
  explicit SocketStreams(std::function<void(const RunId&)> delivered);
  ~SocketStreams();

  // Once.
  std::unique_ptr<ByteSource> source();
  // `lines`: the answer, a chunk in each line (render.hpp).
  void add(std::string request_id, const RunId& run, std::unique_ptr<ByteSource> lines);
  // Nothing more of it is sent.
  void remove(std::string_view request_id);
  bool has(std::string_view request_id) const;
  std::size_t size() const { return streams_.size(); }
  // The source has ended.
  bool has_ended() const { return has_ended_; }

 private:
  class Source;
  struct Stream;

  ByteSource::State peek(ByteRanges& out);
  void consume(std::size_t bytes);
  // False: it has nothing for now.
  bool take_from(Stream& stream);
  void write_line(Stream& stream, std::string_view line);
  void wake();

  const std::function<void(const RunId&)> delivered_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::size_t next_ = 0;      // whose turn it is
  std::string frames_;        // to be sent
  std::size_t sent_ = 0;      // of them
  std::vector<RunId> ended_;  // whose ends are among them
  ByteSource::Waker* waker_ = nullptr;
  bool has_ended_ = false;
};

// The text of one message. `more`: further members, each with a comma before it.
void append_message(std::string_view type, std::string_view request_id, std::string_view more,
                    std::string& out);

}  // namespace belay::surfaces::chat::ui
