// The settings of uploads: what one file may hold. A file that exceeds a limit is refused with an error that
// names the limit; nothing of it is used.
#pragma once

#include <cstddef>

#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::uploads {

struct Config {
  // Largest file.
  ByteCount max_file = 10_MiB;
  // Most climbs in a file: rows of a CSV, lines of a text, objects with a grade in a JSON. A climb takes 16
  // bytes of memory while the file is read.
  std::size_t max_climbs = 200'000;
  // Most columns of a CSV.
  std::size_t max_columns = 256;
  // Largest cell of a CSV, line of a text, or string of a JSON.
  ByteCount max_cell = 64_KiB;
  // Deepest nesting of a JSON.
  std::size_t max_depth = 16;
  // A file whose cleaned content is at most this long is kept whole. A model can be given the content itself,
  // if it fits the prompt. A longer file is reduced to its statistics.
  ByteCount max_whole = 32_KiB;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, Config& config);

}  // namespace belay::uploads
