// Who may include whom: the table of docs/ARCHITECTURE.md, held against every include in src/.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = BELAY_SOURCE;

// A room may include itself and these. An entry with a file's name allows that file alone.
const std::map<std::string, std::set<std::string>> kTable = {
    {"base", {}},
    {"core", {"base"}},
    {"transport", {"base"}},
    {"policy", {"base"}},
    {"prompts", {"base", "core/chat.hpp", "policy"}},
    {"providers", {"base", "core"}},
    {"storage", {"base", "core"}},
    {"auth", {"base", "transport"}},
    {"exports", {"base", "core"}},
    {"surfaces", {"base", "core", "policy", "prompts", "auth", "transport", "exports"}},
    // Of the other rooms: each one's settings, and the values that stand in them.
    {"ops", {"base", "config.hpp", "core/chat.hpp"}},
    {"app",
     {"base", "core", "transport", "policy", "prompts", "providers", "storage", "auth", "exports", "surfaces",
      "ops"}},
};

struct Include {
  fs::path file;
  std::string from;    // the room that includes
  std::string target;  // "core/event.hpp"
};

std::vector<Include> all_includes() {
  static const std::regex kInclude(R"(^\s*#\s*include\s*\"([^\"]+)\")");
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(kSource)) {
    const fs::path file = fs::relative(entry.path(), kSource);
    if (!entry.is_regular_file() || (file.extension() != ".cpp" && file.extension() != ".hpp")) continue;
    if (file == "main.cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (std::smatch match; std::regex_search(line, match, kInclude))
        includes.push_back({file, file.begin()->string(), match[1]});
  }
  return includes;
}

bool allowed(const Include& include) {
  const std::string to = fs::path(include.target).begin()->string();
  if (to == include.from) return true;
  const auto row = kTable.find(include.from);
  if (row == kTable.end()) return false;
  return row->second.contains(to) || row->second.contains(include.target) ||
         row->second.contains(fs::path(include.target).filename().string());
}

TEST(IncludeTable, EveryIncludeStandsInTheTable) {
  const auto includes = all_includes();
  ASSERT_GT(includes.size(), 100u) << "the sources were not found";
  for (const Include& include : includes)
    EXPECT_TRUE(allowed(include)) << include.file << " includes \"" << include.target << "\", and "
                                  << include.from << " may not";
}

TEST(IncludeTable, EveryIncludeIsWrittenFromTheSourceFolder) {
  for (const Include& include : all_includes())
    EXPECT_TRUE(fs::exists(kSource / include.target))
        << include.file << " includes \"" << include.target << "\"";
}

TEST(IncludeTable, EveryRoomHasARowAndAReadme) {
  for (const auto& entry : fs::directory_iterator(kSource)) {
    if (!entry.is_directory()) continue;
    EXPECT_TRUE(kTable.contains(entry.path().filename().string())) << entry.path();
    EXPECT_TRUE(fs::exists(entry.path() / "README.md")) << entry.path();
  }
}

TEST(IncludeTable, AForbiddenIncludeIsRecognised) {
  EXPECT_FALSE(allowed({"core/x.cpp", "core", "transport/message.hpp"}));
  EXPECT_FALSE(allowed({"ops/x.cpp", "ops", "core/engine.hpp"}));
  EXPECT_FALSE(allowed({"prompts/x.cpp", "prompts", "core/engine.hpp"}));
  EXPECT_TRUE(allowed({"ops/x.cpp", "ops", "transport/config.hpp"}));
}

}  // namespace
