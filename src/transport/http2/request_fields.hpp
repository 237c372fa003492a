// The head of a request over HTTP/2: from fields to a checked value (RFC 9113, section 8.3).
//
// nghttp2 has checked the grammar: names and values, pseudo-header fields, fields that belong to a connection. Here
// are the limits, and the rules that HTTP/1.1 has too (request_rules.hpp). Pure: no session, no clock.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "transport/config.hpp"
#include "transport/request_rules.hpp"

namespace belay::transport {

class RequestFields {
 public:
  explicit RequestFields(const Config& config) : config_(config) {}

  // Keeps a field. Beyond the limits it keeps nothing more, and the request is refused with 431. False: the
  // fields are larger than any request could be (a small block that unpacks to a large one).
  bool add(std::string_view name, std::string_view value);

  // After the last field. The head is set also when the request is refused, as far as it could be read.
  struct Parsed {
    RequestHead head;
    std::optional<Refusal> refusal;
  };
  Parsed finish();

 private:
  void keep(std::string_view name, std::string_view value);
  std::optional<Refusal> read_protocol();
  std::optional<Refusal> read_target();

  const Config& config_;
  RequestHead head_;
  std::string scheme_;
  std::string path_;
  std::string authority_;
  std::size_t bytes_ = 0;
  std::size_t cookie_ = SIZE_MAX;  // index of the header that joins the cookies
  std::optional<Refusal> refusal_;
};

}  // namespace belay::transport
