// One request that libcurl processes: its options and its callbacks.
//
// Owned by the HttpCall of the caller, or by the CurlLoop after that HttpCall is destroyed. Everything
// happens on the CurlLoop's thread; the callbacks run inside libcurl.
#pragma once

#include <array>
#include <memory>

#include <curl/curl.h>

#include "providers/http/http_client.hpp"

namespace belay::providers {

class CurlTransfer {
 public:
  CurlTransfer(HttpRequest request, HttpSink& sink);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* easy() const { return easy_; }
  static CurlTransfer& of(CURL* easy);
  // Whether both use the same connection, which is possible with HTTP/2.
  bool shares_connection_with(const CurlTransfer& other) const;

  // The sink is not called any more. Later data is discarded, and too much of it ends the transfer.
  void detach() { sink_ = nullptr; }
  // True after detach() or finished(): there is no sink to call.
  bool detached() const { return sink_ == nullptr; }

  void pause() { paused_ = true; }
  // Returns true if libcurl holds a piece back, so that the caller must let libcurl continue.
  bool resume();

  // libcurl has finished the transfer. The sink may destroy the transfer during this call.
  void finished(CURLcode code);

 private:
  static std::size_t header_callback(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t write_callback(char* data, std::size_t, std::size_t size, void* self);
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  void release_sent_body();
  void set_options();
  HttpFailure failure_of(CURLcode code) const;

  HttpRequest request_;
  HttpSink* sink_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  HttpHead head_;
  std::size_t header_bytes_ = 0;
  std::size_t thrown_away_ = 0;
  bool head_delivered_ = false;
  bool headers_too_large_ = false;
  bool aborted_ = false;       // by the sink
  bool paused_ = false;        // by the owner
  bool held_by_curl_ = false;  // libcurl holds the piece that it could not deliver
};

}  // namespace belay::providers
