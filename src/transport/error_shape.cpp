#include "transport/error_shape.hpp"

#include <algorithm>

#include "transport/target.hpp"

namespace belay::transport {

void set_header(Response& response, std::string_view name, std::string value) {
  const std::string wanted = lower_case(name);
  const auto there = std::find_if(response.headers.begin(), response.headers.end(),
                                  [&](const Header& header) { return lower_case(header.name) == wanted; });
  if (there == response.headers.end())
    response.headers.push_back({std::string(name), std::move(value)});
  else
    there->value = std::move(value);
}

}  // namespace belay::transport
