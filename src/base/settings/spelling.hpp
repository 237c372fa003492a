// "Did you mean": finds the word that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay {

// How many letters must be inserted, removed, changed or swapped with their neighbour to turn one word into
// the other (optimal string alignment distance).
std::size_t spelling_distance(std::string_view a, std::string_view b);

// The nearest of `words`. Nothing when a third or more of the letters would have to change.
std::string closest_word(std::string_view wrong, const std::vector<std::string>& words);

}  // namespace belay
