// The epochs of a log as text: "1:1 2:57", pairs of epoch and first offset.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/types/records.hpp"

namespace belay::storage {

std::string epochs_text(const std::vector<EpochStart>& epochs);
// False: the text is broken.
bool parse_epochs(std::string_view text, std::vector<EpochStart>& out);

}  // namespace belay::storage
