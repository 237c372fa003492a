#include "uploads/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::uploads {

void declare(Settings& settings, Config& uploads) {
  settings.section("uploads", "Files with climbs that users upload: CSV, TXT and JSON.");
  settings.size("max_file", uploads.max_file, {1_KiB, 64_MiB}, "Largest file.");
  settings.integer("max_climbs", uploads.max_climbs, {1, 1'000'000, "climbs"},
                   "Most climbs in a file. Each takes 16 bytes of memory while the file is read.");
  settings.integer("max_columns", uploads.max_columns, {1, 4'096, "columns"}, "Most columns of a CSV file.");
  settings.size("max_cell", uploads.max_cell, {64_B, 1_MiB},
                "Largest cell of a CSV file, line of a text file, or string of a JSON file.");
  settings.integer("max_depth", uploads.max_depth, {1, 64, "levels"}, "Deepest nesting of a JSON file.");
  settings.size("max_whole", uploads.max_whole, {0_B, 1_MiB},
                "A file is given to a model whole if its content is at most this long and fits the prompt. "
                "Otherwise the model is given the file's statistics.");
}

}  // namespace belay::uploads
