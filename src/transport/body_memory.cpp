#include "transport/body_memory.hpp"

namespace belay::transport {

Result<std::unique_ptr<AddressShare>> reserve_body_memory(const Config& config, const OpenCounts& counts,
                                                          const std::string& client, std::uint64_t amount) {
  const AddressUsage::Limits limits{config.max_body_memory.value, config.max_body_memory_per_address.value};
  const std::shared_ptr<AddressUsage>& usage = counts.body_memory;
  Error error;
  switch (usage->try_add(client, amount, limits)) {
    case AddressUsage::Outcome::granted:
      return std::make_unique<AddressShare>(usage, client, amount);
    case AddressUsage::Outcome::total_is_used_up:
      error =
          make_error(ErrorCode::server_full,
                     "The server is receiving too many requests with large bodies. Try again in a moment.");
      error.limit = "max_body_memory";
      break;
    case AddressUsage::Outcome::address_is_used_up:
      error = make_error(
          ErrorCode::too_many_active,
          "Too many requests with large bodies are open from this address. Wait for their answers.");
      error.limit = "max_body_memory_per_address";
      break;
  }
  return error;
}

}  // namespace belay::transport
