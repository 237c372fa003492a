// Where a driver receives bytes: one for all connections of a loop.
#pragma once

#include <array>

namespace belay::transport {

using ReceiveBuffer = std::array<char, 16 * 1024>;

}  // namespace belay::transport
