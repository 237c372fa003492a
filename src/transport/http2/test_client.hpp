// For tests: the client's end of HTTP/2, made with nghttp2's client, and frames as literal bytes.
#pragma once

#include <map>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "transport/http1/test_channel.hpp"
#include "transport/message.hpp"

namespace belay::transport {

// ---- literal frames

inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

inline std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

// RFC 9113, section 4.1.
inline std::string frame(int type, int flags, std::uint32_t stream, std::string_view payload) {
  return number(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + number(stream, 4) + std::string(payload);
}

enum : int {
  kData = 0,
  kHeaders,
  kPriority,
  kReset,
  kSettings,
  kPush,
  kPing,
  kGoaway,
  kWindow,
  kContinuation
};
enum : int { kEndStream = 0x1, kAck = 0x1, kEndHeaders = 0x4 };

// A field without the table: literal, never indexed, no Huffman code (RFC 7541, section 6.2.3).
inline std::string field(std::string_view name, std::string_view value) {
  EXPECT_LT(name.size(), 127u);
  EXPECT_LT(value.size(), 127u);
  return std::string("\x10") + static_cast<char>(name.size()) + std::string(name) +
         static_cast<char>(value.size()) + std::string(value);
}
inline std::string pseudo(std::string_view method, std::string_view path) {
  return field(":method", method) + field(":scheme", "http") + field(":path", path) +
         field(":authority", "a");
}

struct ReceivedFrame {
  int type;
  int flags;
  std::uint32_t stream;
  std::string payload;
};

// Splits what a server has sent.
inline std::vector<ReceivedFrame> frames_of(std::string_view bytes) {
  std::vector<ReceivedFrame> frames;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  while (bytes.size() >= 9) {
    const std::size_t size = at(0) << 16 | at(1) << 8 | at(2);
    if (bytes.size() < 9 + size) break;
    const std::uint32_t stream = static_cast<std::uint32_t>(at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8));
    frames.push_back({at(3), at(4), stream, std::string(bytes.substr(9, size))});
    bytes.remove_prefix(9 + size);
  }
  return frames;
}
inline std::uint32_t error_code(std::string_view payload) {
  std::uint32_t code = 0;
  for (const char c : payload) code = code << 8 | static_cast<unsigned char>(c);
  return code;
}

// ---- a client

class Http2TestClient {
 public:
  struct Options {
    std::optional<std::uint32_t> window = std::nullopt;  // of each stream
    bool updates_windows = true;
    bool allows_malformed = false;
  };
  struct Answer {
    int status = 0;
    std::vector<int> interim;
    std::vector<Header> headers;
    std::string body;
    std::vector<std::size_t> pieces;  // sizes of its DATA frames
    bool is_complete = false;
    std::optional<std::uint32_t> closed_with;

    std::string header(std::string_view name) const {
      for (const Header& each : headers)
        if (each.name == name) return each.value;
      return "";
    }
  };
  // A body that is sent as far as it is given.
  struct Upload {
    std::string bytes;
    std::size_t sent = 0;
    bool has_ended = true;
  };

  explicit Http2TestClient(std::shared_ptr<TestWire> wire) : Http2TestClient(std::move(wire), Options()) {}
  Http2TestClient(std::shared_ptr<TestWire> wire, const Options& options) : wire_(std::move(wire)) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, options.updates_windows ? 0 : 1);
    nghttp2_option_set_no_http_messaging(option, options.allows_malformed ? 1 : 0);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    std::vector<nghttp2_settings_entry> settings;
    if (options.window) settings.push_back({NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, *options.window});
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  }
  ~Http2TestClient() {
    nghttp2_session_del(session_);
    if (wire_) wire_->close();
  }
  Http2TestClient(const Http2TestClient&) = delete;

  // Begins a request. `upload` lives as long as the stream.
  std::int32_t request(std::string_view method, std::string_view path, const std::vector<Header>& more = {},
                       Upload* upload = nullptr) {
    std::vector<Header> all = {{":method", std::string(method)}, {":scheme", "http"}};
    all.push_back({":path", std::string(path)});
    all.push_back({":authority", "a"});
    all.insert(all.end(), more.begin(), more.end());
    return request(all, upload);
  }
  std::int32_t request(const std::vector<Header>& fields, Upload* upload = nullptr) {
    std::vector<nghttp2_nv> list;
    const auto bytes = [](const std::string& text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    for (const Header& each : fields)
      list.push_back(
          {bytes(each.name), bytes(each.value), each.name.size(), each.value.size(), NGHTTP2_NV_FLAG_NONE});
    nghttp2_data_provider provider{};
    provider.source.ptr = upload;
    provider.read_callback = on_read;
    const std::int32_t id = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                                   upload ? &provider : nullptr, nullptr);
    EXPECT_GT(id, 0) << nghttp2_strerror(id);
    answers_[id];
    pump();
    return id;
  }
  void resume(std::int32_t id) {
    nghttp2_session_resume_data(session_, id);
    pump();
  }
  void reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    pump();
  }
  void update_window(std::int32_t id, std::int32_t by) {
    nghttp2_submit_window_update(session_, NGHTTP2_FLAG_NONE, id, by);
    pump();
  }
  void close() {
    if (wire_) std::exchange(wire_, nullptr)->close();
  }
  // Bytes beside the library.
  void send(std::string_view bytes) { unsent_ += bytes; }

  // Moves bytes in both directions. Returns whether any moved.
  bool pump() {
    if (!wire_) return false;
    const std::string received = wire_->receive();
    if (!received.empty()) {
      raw_ += received;
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(received.data()),
                               received.size());
    }
    for (;;) {
      const std::uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) break;
      unsent_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
    const std::size_t sent = wire_->send(unsent_);
    unsent_.erase(0, sent);
    return !received.empty() || sent != 0;
  }

  Answer& answer(std::int32_t id) { return answers_[id]; }
  bool is_closed() const { return !wire_ || wire_->at_end() || wire_->is_reset(); }
  // Everything the server has sent.
  std::vector<ReceivedFrame> frames() const { return frames_of(raw_); }
  // Codes of the GOAWAY frames, and the last stream of each.
  std::vector<std::uint32_t> goaways;
  std::vector<std::uint32_t> last_streams;
  std::map<std::uint32_t, std::uint32_t> server_settings;
  int pings = 0;  // from the server

 private:
  static Http2TestClient& self_of(void* self) { return *static_cast<Http2TestClient*>(self); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                       void* self) {
    Answer& answer = self_of(self).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key != ":status") {
      answer.headers.push_back({key, text});
    } else if (const int status = std::stoi(text); status < 200) {
      answer.interim.push_back(status);
    } else {
      answer.status = status;
    }
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Http2TestClient& client = self_of(self);
    const nghttp2_frame_hd& head = frame->hd;
    if ((head.type == NGHTTP2_DATA || head.type == NGHTTP2_HEADERS) && (head.flags & NGHTTP2_FLAG_END_STREAM))
      client.answers_[head.stream_id].is_complete = true;
    if (head.type == NGHTTP2_DATA) client.answers_[head.stream_id].pieces.push_back(head.length);
    if (head.type == NGHTTP2_GOAWAY) {
      client.goaways.push_back(frame->goaway.error_code);
      client.last_streams.push_back(static_cast<std::uint32_t>(frame->goaway.last_stream_id));
    }
    if (head.type == NGHTTP2_PING && (head.flags & NGHTTP2_FLAG_ACK) == 0) ++client.pings;
    if (head.type == NGHTTP2_SETTINGS)
      for (std::size_t i = 0; i < frame->settings.niv; ++i)
        client.server_settings[static_cast<std::uint32_t>(frame->settings.iv[i].settings_id)] =
            frame->settings.iv[i].value;
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* self) {
    self_of(self).answers_[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* self) {
    self_of(self).answers_[id].closed_with = code;
    return 0;
  }
  static ssize_t on_read(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t max,
                         std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& upload = *static_cast<Upload*>(source->ptr);
    const std::size_t size = std::min(max, upload.bytes.size() - upload.sent);
    std::copy_n(upload.bytes.data() + upload.sent, size, out);
    upload.sent += size;
    const bool is_last = upload.has_ended && upload.sent == upload.bytes.size();
    if (is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (size == 0 && !is_last) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  }

  std::shared_ptr<TestWire> wire_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Answer> answers_;
  std::string unsent_;
  std::string raw_;
};

}  // namespace belay::transport
