#include "transport/http2/session.hpp"

#include <array>
#include <cassert>
#include <limits>
#include <new>
#include <nghttp2/nghttp2.h>

#include "transport/target.hpp"

namespace belay::transport {
namespace {

constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kMaxFrame = 16 * 1024;
// CONTINUATION frames of one head, beyond those that full frames need.
constexpr std::size_t kMaxSparseContinuations = 8;
// Answers to PING and SETTINGS that wait to be sent, and entries of one SETTINGS frame.
constexpr std::size_t kMaxQueuedAcks = 256;
constexpr std::size_t kMaxSettings = 32;
// What a field takes in SETTINGS_MAX_HEADER_LIST_SIZE beside its name and value (RFC 9113, section 6.5.2).
constexpr std::size_t kFieldOverhead = 32;

// The functions of the library that can only fail for want of memory.
void require(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
}

Http2StreamEvents* stream_of(nghttp2_session* session, Http2StreamId id) {
  return static_cast<Http2StreamEvents*>(nghttp2_session_get_stream_user_data(session, id));
}

bool ends_stream(const nghttp2_frame_hd& head) {
  return (head.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

std::string_view view(const std::uint8_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

// Resets with these codes are the client's fault. The server itself uses others.
bool is_clients_fault(std::uint32_t code) {
  return code == NGHTTP2_PROTOCOL_ERROR || code == NGHTTP2_FLOW_CONTROL_ERROR ||
         code == NGHTTP2_STREAM_CLOSED || code == NGHTTP2_FRAME_SIZE_ERROR || code == NGHTTP2_REFUSED_STREAM;
}

// The fields of an answer, as the library takes them. It copies them.
class Fields {
 public:
  explicit Fields(const Http2Session::Head& head) : status_(std::to_string(head.status)) {
    names_.reserve(head.headers.size());
    fields_.reserve(head.headers.size() + 3);
    add(":status", status_);
    for (const Header& header : head.headers) add(names_.emplace_back(lower_case(header.name)), header.value);
    if (head.content_length) add("content-length", length_ = std::to_string(*head.content_length));
    if (!head.date.empty()) add("date", head.date);
  }
  const nghttp2_nv* data() const { return fields_.data(); }
  std::size_t size() const { return fields_.size(); }

 private:
  void add(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    // A cookie must not be guessed by the size of later heads (RFC 7541, section 7.1.3).
    const auto flags =
        static_cast<std::uint8_t>(name == "set-cookie" ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
    fields_.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
  }

  std::string status_;
  std::string length_;
  std::vector<std::string> names_;
  std::vector<nghttp2_nv> fields_;
};

}  // namespace

// What the library calls. `self` is the session.
struct Http2Session::Callbacks {
  static Http2Session& session(void* self) { return *static_cast<Http2Session*>(self); }

  static int frame_began(nghttp2_session*, const nghttp2_frame_hd* head, void* self) {
    using CountedFrame = Http2SessionEvents::CountedFrame;
    std::optional<CountedFrame> counted;
    switch (head->type) {
      case NGHTTP2_RST_STREAM:
        counted = CountedFrame::reset;
        break;
      case NGHTTP2_PING:
      case NGHTTP2_SETTINGS:
      case NGHTTP2_PRIORITY:
        counted = CountedFrame::control;
        break;
      case NGHTTP2_WINDOW_UPDATE:
        counted = CountedFrame::window_update;
        break;
      case NGHTTP2_DATA:
        if (head->length == 0 && !ends_stream(*head)) counted = CountedFrame::control;
        break;
      default:
        break;
    }
    if (!counted || session(self).events_.counted_frame(*counted)) return 0;
    session(self).is_flooded_ = true;
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int headers_began(nghttp2_session* library, const nghttp2_frame* frame, void* self) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Http2SessionEvents& events = session(self).events_;
    const Http2StreamId id = frame->hd.stream_id;
    Http2StreamEvents* stream = events.stream_began(id);
    if (!stream) {
      require(nghttp2_submit_rst_stream(library, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM));
      return 0;
    }
    nghttp2_session_set_stream_user_data(library, id, stream);
    // All streams of a connection get their turns, whatever its client asks for.
    const nghttp2_extpri fair{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
    require(nghttp2_session_change_extpri_stream_priority(library, id, &fair, 1));
    return 0;
  }

  static int header(nghttp2_session* library, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                    void* self) {
    Http2StreamEvents* stream = stream_of(library, frame->hd.stream_id);
    if (!stream) return 0;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
      stream->trailer(name_size + value_size);
      return 0;
    }
    if (stream->field(view(name, name_size), view(value, value_size))) return 0;
    session(self).is_flooded_ = true;
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  // Without this, a malformed field would be left out.
  static int invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                            const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session* library, const nghttp2_frame* frame, void* self) {
    if (frame->hd.type == NGHTTP2_PING) {
      if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) session(self).events_.ping_answered();
      return 0;
    }
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    Http2StreamEvents* stream = stream_of(library, frame->hd.stream_id);
    if (!stream) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) stream->head_ended();
    if (ends_stream(frame->hd)) stream->body_ended();
    return 0;
  }

  static int data_arrived(nghttp2_session* library, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                          std::size_t size, void* self) {
    if (Http2StreamEvents* stream = stream_of(library, id)) {
      stream->body_arrived(view(data, size));
    } else {
      session(self).consume_connection(size);
    }
    return 0;
  }

  static int stream_closed(nghttp2_session* library, std::int32_t id, std::uint32_t code, void*) {
    if (Http2StreamEvents* stream = stream_of(library, id))
      stream->stream_closed(static_cast<Http2Error>(code));
    return 0;
  }

  static ssize_t read_body(nghttp2_session* library, std::int32_t id, std::uint8_t*, std::size_t max,
                           std::uint32_t* flags, nghttp2_data_source*, void* self) {
    if (session(self).out_->size() >= session(self).out_limit_) return NGHTTP2_ERR_PAUSE;
    Http2StreamEvents* stream = stream_of(library, id);
    if (!stream) return NGHTTP2_ERR_DEFERRED;  // its reset is about to be sent
    const Http2StreamEvents::Piece piece = stream->peek_body(max);
    switch (piece.state) {
      case Http2StreamEvents::Piece::State::deferred:
        return NGHTTP2_ERR_DEFERRED;
      case Http2StreamEvents::Piece::State::failed:
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
      case Http2StreamEvents::Piece::State::bytes:
        break;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (piece.is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(piece.size);
  }

  static int send_body(nghttp2_session* library, nghttp2_frame* frame, const std::uint8_t* head,
                       std::size_t size, nghttp2_data_source*, void* self) {
    Http2StreamEvents* stream = stream_of(library, frame->hd.stream_id);
    assert(stream && "nothing happens between read_body() and send_body()");
    std::string& out = *session(self).out_;
    out.append(view(head, kFrameHead));
    stream->append_body(size, out);
    session(self).events_.answer_sent(size);
    return 0;
  }

  static int frame_sent(nghttp2_session* library, const nghttp2_frame* frame, void* self) {
    const nghttp2_frame_hd& head = frame->hd;
    if (head.type == NGHTTP2_RST_STREAM && is_clients_fault(frame->rst_stream.error_code) &&
        !session(self).events_.counted_frame(Http2SessionEvents::CountedFrame::reset))
      session(self).is_flooded_ = true;
    if (head.type == NGHTTP2_HEADERS)
      if (Http2StreamEvents* stream = stream_of(library, head.stream_id))
        stream->head_sent(kFrameHead + head.length);
    // The answer is complete, and the client still sends a body that nobody reads (RFC 9113, section 8.1).
    if ((head.type == NGHTTP2_HEADERS || head.type == NGHTTP2_DATA) && ends_stream(head) &&
        nghttp2_session_get_stream_remote_close(library, head.stream_id) == 0)
      require(nghttp2_submit_rst_stream(library, NGHTTP2_FLAG_NONE, head.stream_id, NGHTTP2_NO_ERROR));
    return 0;
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* all = nullptr;
    require(nghttp2_session_callbacks_new(&all));
    nghttp2_session_callbacks_set_on_begin_frame_callback(all, frame_began);
    nghttp2_session_callbacks_set_on_begin_headers_callback(all, headers_began);
    nghttp2_session_callbacks_set_on_header_callback(all, header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(all, invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(all, frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, data_arrived);
    nghttp2_session_callbacks_set_on_stream_close_callback(all, stream_closed);
    nghttp2_session_callbacks_set_send_data_callback(all, send_body);
    nghttp2_session_callbacks_set_on_frame_send_callback(all, frame_sent);
    return all;
  }

  static nghttp2_option* options(const Config& config) {
    nghttp2_option* all = nullptr;
    require(nghttp2_option_new(&all));
    nghttp2_option_set_no_auto_window_update(all, 1);
    nghttp2_option_set_no_closed_streams(all, 1);
    nghttp2_option_set_server_fallback_rfc7540_priorities(all, 0);
    nghttp2_option_set_max_outbound_ack(all, kMaxQueuedAcks);
    nghttp2_option_set_max_settings(all, kMaxSettings);
    nghttp2_option_set_max_continuations(all,
                                         kMaxSparseContinuations + config.max_header_bytes.value / kMaxFrame);
    nghttp2_option_set_max_deflate_dynamic_table_size(all, config.http2.header_table.value);
    // FloodGuard counts them.
    constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();
    nghttp2_option_set_stream_reset_rate_limit(all, kAny, kAny);
    return all;
  }
};

void Http2Session::Free::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Http2Session::Http2Session(const Config& config, std::size_t max_streams, Http2SessionEvents& events)
    : events_(events) {
  nghttp2_session_callbacks* callbacks = Callbacks::make();
  nghttp2_option* options = Callbacks::options(config);
  nghttp2_session* made = nullptr;
  const int result = nghttp2_session_server_new2(&made, callbacks, this, options);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  require(result);
  session_.reset(made);
  const std::size_t list_size = config.max_header_bytes.value + kFieldOverhead * config.max_headers;
  const std::array settings = {
      nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                             static_cast<std::uint32_t>(max_streams)},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_HEADER_TABLE_SIZE,
                             static_cast<std::uint32_t>(config.http2.header_table.value)},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(list_size)},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},  // WebSockets (RFC 8441)
  };
  require(nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
}

Http2Session::~Http2Session() = default;

bool Http2Session::receive(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (taken >= 0 && !is_flooded_) return true;
  if (taken == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  // What is left: a wrong preface, and more frames or CONTINUATIONs than the library or FloodGuard allow.
  end(taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC ? Http2Error::protocol : Http2Error::calm_down);
  return false;
}

bool Http2Session::send(std::string& out, std::size_t max) {
  out_ = &out;
  out_limit_ = max;
  const bool was_flooded = is_flooded_;
  ssize_t size = 1;
  while (size > 0 && out.size() < max) {
    const std::uint8_t* data = nullptr;
    size = nghttp2_session_mem_send(session_.get(), &data);
    if (size > 0) out.append(view(data, static_cast<std::size_t>(size)));
  }
  out_ = nullptr;
  if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (size >= 0 && is_flooded_ == was_flooded) return true;
  end(is_flooded_ ? Http2Error::calm_down : Http2Error::internal);
  return false;
}

bool Http2Session::wants_to_receive() const {
  return nghttp2_session_want_read(session_.get()) != 0;
}

bool Http2Session::wants_to_send() const {
  return nghttp2_session_want_write(session_.get()) != 0;
}

std::size_t Http2Session::queued_frames() const {
  return nghttp2_session_get_outbound_queue_size(session_.get());
}

void Http2Session::submit_answer(Http2StreamId id, const Head& head, bool has_body) {
  const Fields fields(head);
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::read_body;
  require(nghttp2_submit_response(session_.get(), id, fields.data(), fields.size(),
                                  has_body ? &provider : nullptr));
}

void Http2Session::submit_continue(Http2StreamId id) {
  const Fields fields({.status = 100, .headers = {}, .content_length = {}, .date = {}});
  require(nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, id, nullptr, fields.data(), fields.size(),
                                 nullptr));
}

void Http2Session::resume(Http2StreamId id) {
  require(nghttp2_session_resume_data(session_.get(), id));
}

void Http2Session::reset(Http2StreamId id, Http2Error error) {
  forget(id);
  require(
      nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error)));
}

void Http2Session::forget(Http2StreamId id) {
  nghttp2_session_set_stream_user_data(session_.get(), id, nullptr);
}

void Http2Session::consume_connection(std::size_t bytes) {
  require(nghttp2_session_consume_connection(session_.get(), bytes));
}

void Http2Session::consume_stream(Http2StreamId id, std::size_t bytes) {
  require(nghttp2_session_consume_stream(session_.get(), id, bytes));
}

void Http2Session::grow_windows(Http2StreamId id, std::size_t bytes) {
  const auto size = static_cast<std::int32_t>(bytes);
  for (const Http2StreamId each : {Http2StreamId{0}, id}) {
    const std::int32_t now = each == 0
                                 ? nghttp2_session_get_effective_local_window_size(session_.get())
                                 : nghttp2_session_get_stream_effective_local_window_size(session_.get(), id);
    if (now >= 0 && now < size)
      require(nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, each, size));
  }
}

void Http2Session::ping() {
  require(nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr));
}

void Http2Session::announce_end() {
  require(nghttp2_submit_shutdown_notice(session_.get()));
}

void Http2Session::refuse_new_streams() {
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(session_.get());
  require(nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0));
}

void Http2Session::end(Http2Error error) {
  require(nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(error)));
}

}  // namespace belay::transport
