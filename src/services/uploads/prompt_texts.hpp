// A file as a text for a prompt (requirements S4, S5). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "uploads/upload.hpp"

namespace belay::services {

// The same file in up to four lengths, the longest first: the prompt takes the one that fits. The longest takes about
// half of `tokens`.
std::vector<std::string> prompt_texts(const uploads::Upload& upload, std::uint64_t tokens);

}  // namespace belay::services
