// Memory for request bodies, which all clients share (Config::max_body_memory).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "transport/address_usage.hpp"
#include "transport/config.hpp"
#include "transport/observer.hpp"

namespace belay::transport {

// Reserves `amount` bytes for a client until the result is destroyed. Fails with `server_full` or
// `too_many_active`, with the words for the client.
Result<std::unique_ptr<AddressShare>> reserve_body_memory(const Config& config, const OpenCounts& counts,
                                                          const std::string& client, std::uint64_t amount);

}  // namespace belay::transport
