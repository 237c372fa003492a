#include "app/commands/curl_exchange.hpp"

#include <new>

#include <curl/curl.h>

namespace belay::app {
namespace {

constexpr long kConnectSeconds = 10;
// A server sends something every 15 s by default. A connection that is silent for this long counts as lost.
constexpr long kSilentSeconds = 60;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

// Receives the answer's bytes while the exchange runs.
struct Receiver {
  CURL* easy;
  HttpReply& reply;
  const HttpClient::OnBytes& on_stream;

  void read_head() {
    if (reply.status != 0) return;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    const char* type = nullptr;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    reply.status = static_cast<int>(status);
    reply.content_type = type == nullptr ? "" : type;
    reply.content_type.erase(std::min(reply.content_type.find(';'), reply.content_type.size()));
  }
  bool take(std::string_view bytes) {
    read_head();
    if (reply.status == 200 && reply.content_type == "text/event-stream") return on_stream(bytes);
    reply.body.append(
        bytes.substr(0, HttpClient::kMaxBody - std::min(reply.body.size(), HttpClient::kMaxBody)));
    return true;
  }
};

std::size_t write_bytes(char* data, std::size_t, std::size_t size, void* receiver) {
  return static_cast<Receiver*>(receiver)->take({data, size}) ? size : 0;
}

HeaderList make_headers(const HttpExchange& exchange) {
  HeaderList list;
  for (const std::string& header : exchange.headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

}  // namespace

struct CurlExchange::Handles {
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();

  Handles() {
    if (multi == nullptr || easy == nullptr) throw std::bad_alloc();
  }
  ~Handles() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
};

CurlExchange::CurlExchange(Interrupts& interrupts)
    : interrupts_(interrupts), handles_(std::make_unique<Handles>()) {}
CurlExchange::~CurlExchange() = default;

HttpReply CurlExchange::perform(const HttpExchange& exchange, const OnBytes& on_stream) {
  HttpReply reply;
  CURL* easy = handles_->easy;
  Receiver receiver{easy, reply, on_stream};
  const HeaderList headers = make_headers(exchange);
  char error[CURL_ERROR_SIZE] = "";

  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, exchange.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
  if (exchange.method == "POST" || exchange.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.max_time.count()));
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // when interrupted, do not wait for a name look-up
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &write_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiver);

  curl_multi_add_handle(handles_->multi, easy);
  CURLcode result = CURLE_OK;
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(handles_->multi, &running) != CURLM_OK) break;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(handles_->multi, &left))
      result = message->data.result;
    if (running == 0) break;
    curl_waitfd signal{interrupts_.descriptor(), CURL_WAIT_POLLIN, 0};
    curl_multi_poll(handles_->multi, &signal, 1, 1000, nullptr);
    if (interrupts_.take()) {
      reply.interrupted = true;
      break;
    }
  }
  receiver.read_head();
  curl_multi_remove_handle(handles_->multi, easy);
  if (result != CURLE_OK) reply.error = error[0] != '\0' ? error : curl_easy_strerror(result);
  return reply;
}

}  // namespace belay::app
