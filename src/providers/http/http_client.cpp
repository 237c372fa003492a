#include "providers/http/http_client.hpp"

namespace belay::providers {

std::string_view HttpHead::find(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace belay::providers
