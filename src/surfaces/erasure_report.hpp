// What was removed, as JSON (requirement X18).
#pragma once

#include <string>

#include "core/types/erasure.hpp"

namespace belay::surfaces {

// {"chats":3,"messages":42,…}
std::string render_report(const ErasureReport& report);

}  // namespace belay::surfaces
