// Small responses that every surface gives. None of them is cached.
#pragma once

#include <string>

#include "transport/message.hpp"

namespace belay::surfaces {

inline transport::Response json_response(std::string body, int status = 200) {
  transport::Response response;
  response.status = status;
  response.headers.reserve(10);  // with those of limits and of the transport
  response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(body);
  return response;
}

inline transport::Response no_content() {
  transport::Response response;
  response.status = 204;
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace belay::surfaces
