// Checks every include in src/ against the table of docs/ARCHITECTURE.md, which says what each module may
// include.

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
using Names = std::set<std::string>;

const fs::path kSource = BELAY_SOURCE;

const Names kCoreValues = {"base", "core/types"};
const Names kPorts = {"base", "core/types", "core/ports"};
const Names kCore = {"base", "core/types", "core/ports", "core/log", "core/run"};

Names with(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

// What each module may include, besides itself. An entry is a module, a folder of a module, or one file
// by its path.
const std::map<std::string, Names> kTable = {
    {"base", {}},
    {"core/types", {"base"}},
    {"core/ports", kCoreValues},
    {"core/log", kPorts},
    {"core/run", with(kPorts, {"core/log"})},
    {"transport", {"base"}},
    {"policy", kCoreValues},
    {"prompts", with(kCoreValues, {"policy"})},
    {"providers", kPorts},
    {"storage", kPorts},
    {"auth", {"base", "core/types/caller.hpp", "core/types/revocation.hpp", "transport"}},
    {"exports", kPorts},
    {"uploads", kCoreValues},
    {"calendar", kCoreValues},
    {"services", with(kCore, {"policy", "prompts", "uploads", "calendar"})},
    {"surfaces",
     {"base", "core/types", "core/log/dialect.hpp", "policy", "prompts", "services", "auth", "transport",
      "exports"}},
    {"ops", {"base"}},
    {"app", with(kCore, {"transport", "policy", "prompts", "services", "providers", "storage", "auth",
                         "exports", "uploads", "calendar", "surfaces", "ops"})},
};

// What tests may include in addition: some of them run a whole engine.
const std::map<std::string, Names> kTestTable = {
    {"providers", kCore},
    {"storage", kCore},
    {"exports", kCore},
    {"surfaces", kCore},
};

struct Include {
  fs::path file;
  std::string target;  // "core/types/event.hpp"
};

// The row of the table to which a path belongs: "core/types" for "core/types/event.hpp". Empty if there is
// none.
std::string row_of(const fs::path& path) {
  auto part = path.begin();
  if (part == path.end()) return {};
  const std::string module = part->string();
  if (kTable.contains(module)) return module;
  if (++part == path.end()) return {};
  const std::string folder = module + '/' + part->string();
  return kTable.contains(folder) ? folder : std::string();
}

bool is_test(const fs::path& file) {
  return file.stem().string().ends_with("_test") || file.string().find("/testing/") != std::string::npos ||
         file.string().find("/contracts/") != std::string::npos;
}

std::vector<Include> all_includes() {
  static const std::regex kInclude(R"(^\s*#\s*include\s*\"([^\"]+)\")");
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(kSource)) {
    const fs::path file = fs::relative(entry.path(), kSource);
    if (!entry.is_regular_file() || (file.extension() != ".cpp" && file.extension() != ".hpp")) continue;
    if (file == "main.cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (std::smatch match; std::regex_search(line, match, kInclude)) includes.push_back({file, match[1]});
  }
  return includes;
}

bool stands_in(const Names& names, const std::string& target) {
  return names.contains(row_of(target)) || names.contains(target);
}

bool allowed(const Include& include) {
  const std::string from = row_of(include.file);
  if (from.empty()) return false;
  if (row_of(include.target) == from || stands_in(kTable.at(from), include.target)) return true;
  if (!is_test(include.file)) return false;
  const auto more = kTestTable.find(from);
  return more != kTestTable.end() && stands_in(more->second, include.target);
}

TEST(IncludeTable, EveryIncludeStandsInTheTable) {
  const auto includes = all_includes();
  ASSERT_GT(includes.size(), 100u) << "the sources were not found";
  for (const Include& include : includes)
    EXPECT_TRUE(allowed(include)) << include.file << " includes \"" << include.target << "\", and "
                                  << row_of(include.file) << " may not";
}

TEST(IncludeTable, EveryIncludeIsWrittenFromTheSourceFolder) {
  for (const Include& include : all_includes())
    EXPECT_TRUE(fs::exists(kSource / include.target))
        << include.file << " includes \"" << include.target << "\"";
}

TEST(IncludeTable, EveryModuleHasARowAndAReadme) {
  for (const auto& entry : fs::directory_iterator(kSource)) {
    if (!entry.is_directory()) continue;
    EXPECT_TRUE(fs::exists(entry.path() / "README.md")) << entry.path();
    const std::string module = entry.path().filename().string();
    if (kTable.contains(module)) continue;
    for (const auto& folder : fs::directory_iterator(entry.path()))
      if (folder.is_directory())
        EXPECT_TRUE(kTable.contains(module + '/' + folder.path().filename().string())) << folder.path();
  }
}

TEST(IncludeTable, AForbiddenIncludeIsRecognised) {
  EXPECT_FALSE(allowed({"core/types/x.cpp", "core/ports/store.hpp"}));
  EXPECT_FALSE(allowed({"core/log/x.cpp", "core/run/engine.hpp"}));
  EXPECT_FALSE(allowed({"core/run/x.cpp", "transport/message.hpp"}));
  EXPECT_FALSE(allowed({"ops/x.cpp", "core/run/engine.hpp"}));
  EXPECT_FALSE(allowed({"prompts/x.cpp", "core/run/engine.hpp"}));
  EXPECT_FALSE(allowed({"storage/x.cpp", "core/run/engine.hpp"}));
  EXPECT_FALSE(allowed({"nowhere/x.cpp", "base/error.hpp"}));
  EXPECT_TRUE(allowed({"storage/x_test.cpp", "core/run/engine.hpp"}));
  EXPECT_FALSE(allowed({"ops/x.cpp", "transport/config.hpp"}));
  EXPECT_TRUE(allowed({"ops/x.cpp", "base/settings/settings.hpp"}));
}

}  // namespace
