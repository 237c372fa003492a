// "Did you mean": the word that somebody probably wanted to write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay::ops {

// How many letters must be inserted, removed, changed or swapped with their neighbour to make one word of the
// other (optimal string alignment distance).
std::size_t spelling_distance(std::string_view a, std::string_view b);

// The nearest of `words`, or nothing when a third of the letters or more would have to change.
std::string closest_word(std::string_view wrong, const std::vector<std::string>& words);

}  // namespace belay::ops
