// SHA-256, 32 bytes. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace belay {

std::string digest_of(std::string_view bytes);

}  // namespace belay
