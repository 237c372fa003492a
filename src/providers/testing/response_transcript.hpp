// What a ResponseDecoder makes of some bytes, as text, so that two ways of cutting them can be compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/http/http1/response_decoder.hpp"

namespace belay::providers {

inline std::string_view name_of(HttpFault fault) {
  switch (fault) {
    case HttpFault::address:
      return "address";
    case HttpFault::cut:
      return "cut";
    case HttpFault::headers_too_large:
      return "headers_too_large";
    case HttpFault::unreadable:
      return "unreadable";
    default:
      return "no fault of a response";
  }
}

// Decodes `bytes` in pieces: the first of `first` bytes, the others of `step`. Then the connection closes.
// Example: "200 content-length=2; |ok| complete, kept, 3 more".
inline std::string transcript(std::string_view bytes, std::size_t first, std::size_t step,
                              ResponseDecoder::Limits limits = {}) {
  ResponseDecoder decoder(limits);
  std::string head;
  std::string body;
  std::size_t size = first;
  while (decoder.state() == ResponseDecoder::State::more && !bytes.empty()) {
    // Each piece has its own heap buffer, so that the sanitizers detect writes beyond it.
    const std::string_view next = bytes.substr(0, size);
    std::vector<char> piece(next.begin(), next.end());
    const ResponseDecoder::Output output = decoder.push(piece);
    if (output.head) {
      head = std::to_string(output.head->status) + " ";
      for (const auto& [name, value] : output.head->headers) head += name + "=" + value + "; ";
    }
    body += output.body;
    bytes.remove_prefix(output.consumed);
    size = step;
  }
  const bool closed = decoder.state() == ResponseDecoder::State::more;
  if (closed) decoder.end_of_input();
  std::string text = head + "|" + body + "| ";
  if (decoder.state() == ResponseDecoder::State::broken)
    return text.append(name_of(decoder.fault().fault)).append(": ").append(decoder.fault().cause);
  text += closed ? "complete at the close" : "complete";
  text += decoder.keeps_connection() ? ", kept" : ", not kept";
  if (!bytes.empty()) text += ", " + std::to_string(bytes.size()) + " more";
  return text;
}

}  // namespace belay::providers
