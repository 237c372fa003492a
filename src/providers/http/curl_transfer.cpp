#include "providers/http/curl_transfer.hpp"

#include <algorithm>
#include <cassert>
#include <new>

#include "providers/http/http_faults.hpp"
#include "providers/http/url.hpp"

namespace belay::providers {
namespace {

// Limit for the headers of a response, including all interim responses.
constexpr std::size_t kMaxHeaderBytes = 64 << 10;
// Size of the read buffer, which each active transfer has. Events with tokens are a few hundred bytes long.
constexpr long kReadBufferBytes = 8 << 10;
// Limit after detach(). The end of a chunked body is a few bytes long.
constexpr std::size_t kMaxThrownAway = 16 << 10;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

CURL* new_easy() {
  CURL* const easy = curl_easy_init();
  if (!easy) throw std::bad_alloc();
  return easy;
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  [[maybe_unused]] const CURLcode code = curl_easy_setopt(easy, option, value);
  assert(code == CURLE_OK && "an option that this libcurl does not know");
}

HttpFault fault_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return HttpFault::name;
    case CURLE_COULDNT_CONNECT:
      return HttpFault::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFault::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return HttpFault::certificate;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_LOGIN_DENIED:
      return HttpFault::address;
    case CURLE_SSL_CONNECT_ERROR:
      return HttpFault::tls;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return HttpFault::cut;
    default:
      return HttpFault::unreadable;
  }
}

}  // namespace

CurlTransfer::CurlTransfer(HttpRequest request, HttpSink& sink)
    : request_(std::move(request)), sink_(&sink), easy_(new_easy()) {
  for (const std::string& header : request_.headers) headers_ = curl_slist_append(headers_, header.c_str());
  if (!request_.bearer.empty())
    headers_ = curl_slist_append(headers_, ("Authorization: Bearer " + request_.bearer.reveal()).c_str());
  if (!request_.api_key.empty())
    headers_ = curl_slist_append(headers_, ("x-api-key: " + request_.api_key.reveal()).c_str());
  // No "100 Continue" round trip. No compression, because compressed streams arrive in bursts.
  headers_ = curl_slist_append(headers_, "Expect:");
  headers_ = curl_slist_append(headers_, "Accept-Encoding: identity");
  set_options();
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

CurlTransfer& CurlTransfer::of(CURL* easy) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return *reinterpret_cast<CurlTransfer*>(self);
}

bool CurlTransfer::shares_connection_with(const CurlTransfer& other) const {
  // libcurl has no names for connections, so both endpoints are compared.
  const auto number = [](const CurlTransfer& transfer, CURLINFO which) {
    long value = 0;
    curl_easy_getinfo(transfer.easy_, which, &value);
    return value;
  };
  const auto text = [](const CurlTransfer& transfer, CURLINFO which) {
    const char* value = nullptr;
    curl_easy_getinfo(transfer.easy_, which, &value);
    return std::string_view(value ? value : "");
  };
  const auto same_number = [&](CURLINFO which) { return number(*this, which) == number(other, which); };
  const auto same_text = [&](CURLINFO which) { return text(*this, which) == text(other, which); };
  return number(*this, CURLINFO_LOCAL_PORT) != 0 && same_number(CURLINFO_LOCAL_PORT) &&
         same_number(CURLINFO_PRIMARY_PORT) && same_text(CURLINFO_LOCAL_IP) && same_text(CURLINFO_PRIMARY_IP);
}

void CurlTransfer::set_options() {
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_URL, request_.url.c_str());
  set(easy_, CURLOPT_HTTPHEADER, headers_);
  if (request_.method == HttpRequest::Method::post) {
    set(easy_, CURLOPT_POST, 1L);
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
        static_cast<curl_off_t>(request_.body ? request_.body->size() : 0));
    set(easy_, CURLOPT_POSTFIELDS, request_.body ? request_.body->data() : "");
  }

  // Connect only to the requested address: no redirects (they would receive the key), no other protocol, no
  // password from a file or the address.
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy_, CURLOPT_HTTP09_ALLOWED, 0L);

  // Verification cannot be switched off.
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.ca_file.empty()) set(easy_, CURLOPT_CAINFO, request_.ca_file.c_str());
  // Certificate authorities from one file are read once. If a folder of authorities is set too, it is read
  // again for every connection, which takes 30 to 60 ms of this loop's time.
  const char* authorities = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_CAINFO, &authorities);
  if (authorities) set(easy_, CURLOPT_CAPATH, static_cast<char*>(nullptr));

  const auto parts = inspect_url(request_.url);
  if (parts && parts->loopback) {
    set(easy_, CURLOPT_PROXY, "");
  } else if (!request_.proxy.empty()) {
    set(easy_, CURLOPT_PROXY, request_.proxy.c_str());
  }

  // HTTP/2 if TLS negotiates it. Many calls can then share a connection, so they wait for the first handshake
  // to learn whether it is possible. Without TLS this would be known only when the first answer begins, so
  // such calls do not wait.
  set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy_, CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L);

  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  set(easy_, CURLOPT_TCP_NODELAY, 1L);
  set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  // Without this option, removing a transfer during its name lookup waits for the lookup's thread, which
  // takes seconds.
  set(easy_, CURLOPT_QUICK_EXIT, 1L);
  set(easy_, CURLOPT_BUFFERSIZE, kReadBufferBytes);
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

  set(easy_, CURLOPT_HEADERFUNCTION, &header_callback);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &write_callback);
  set(easy_, CURLOPT_WRITEDATA, this);
}

bool CurlTransfer::resume() {
  paused_ = false;
  return std::exchange(held_by_curl_, false);
}

std::size_t CurlTransfer::header_callback(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<CurlTransfer*>(self)->take_header({data, size});
}

std::size_t CurlTransfer::write_callback(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<CurlTransfer*>(self)->take_body({data, size});
}

// Receives a status line, a header, or the empty line after the headers. libcurl always passes complete
// lines.
std::size_t CurlTransfer::take_header(std::string_view line) {
  constexpr std::size_t kAbort = 0;
  if (head_delivered_) return line.size();  // a trailer
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    headers_too_large_ = true;
    return kAbort;
  }
  if (line.starts_with("HTTP/")) {
    head_ = HttpHead();
    return line.size();
  }
  if (!trimmed(line).empty()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    head_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    return line.size();
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return line.size();  // interim: the final response follows
  head_delivered_ = true;
  release_sent_body();
  head_.status = static_cast<int>(status);
  if (sink_) sink_->on_head(std::move(head_));
  return line.size();
}

// Releases the request body early: a prompt may be long and its answer may take minutes. Once the response
// has begun, libcurl needs the body only if it has not been sent completely.
void CurlTransfer::release_sent_body() {
  curl_off_t sent = 0;
  if (!request_.body || curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK) return;
  if (static_cast<std::size_t>(sent) == request_.body->size()) request_.body.reset();
}

std::size_t CurlTransfer::take_body(std::string_view bytes) {
  constexpr std::size_t kAbort = 0;
  static_assert(CURL_WRITEFUNC_PAUSE != kAbort);
  if (sink_ && paused_) {
    held_by_curl_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (sink_ && sink_->on_body(bytes) == HttpSink::Flow::more) return bytes.size();
  if (sink_) {
    aborted_ = true;
    return kAbort;
  }
  thrown_away_ += bytes.size();
  return thrown_away_ <= kMaxThrownAway ? bytes.size() : kAbort;
}

void CurlTransfer::finished(CURLcode code) {
  if (!sink_ || aborted_) return;
  if (code == CURLE_OK) return std::exchange(sink_, nullptr)->on_done(std::nullopt);
  std::exchange(sink_, nullptr)->on_done(failure_of(code));
}

// The cause is libcurl's text for the error code: a fixed text that contains nothing of the request.
HttpFailure CurlTransfer::failure_of(CURLcode code) const {
  return http_failure(headers_too_large_ ? HttpFault::headers_too_large : fault_of(code),
                      curl_easy_strerror(code));
}

}  // namespace belay::providers
