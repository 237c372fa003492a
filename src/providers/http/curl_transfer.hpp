// One request in libcurl's hands: its options, and what it hears.
//
// Owned by the HttpCall that was given out, or by its CurlLoop once that is gone. All of it happens on the
// CurlLoop's thread, the callbacks inside libcurl.
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
  // Whether both are on one connection, as those of HTTP/2 may be.
  bool shares_connection_with(const CurlTransfer& other) const;

  // The sink hears nothing more; what still comes is thrown away, and too much of it ends the transfer.
  void detach() { sink_ = nullptr; }
  // Detached, or finished: there is nobody to tell.
  bool detached() const { return sink_ == nullptr; }

  void pause() { paused_ = true; }
  // Whether libcurl holds a piece back and has to be told to go on.
  bool resume();

  // libcurl is done with it. The transfer may be destroyed in here.
  void finished(CURLcode code);

 private:
  static std::size_t header_callback(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t write_callback(char* data, std::size_t, std::size_t size, void* self);
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  void let_go_of_request();
  void set_options();
  HttpFailure failure_of(CURLcode code) const;

  HttpRequest request_;
  HttpSink* sink_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  HttpHead head_;
  std::size_t header_bytes_ = 0;
  std::size_t thrown_away_ = 0;
  bool head_told_ = false;
  bool headers_too_large_ = false;
  bool aborted_ = false;       // by the sink
  bool paused_ = false;        // by the owner
  bool held_by_curl_ = false;  // libcurl keeps the piece that it could not deliver
};

}  // namespace belay::providers
