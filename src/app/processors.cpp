#include "app/processors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace belay::app {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxProcessors = 1 << 16;

std::size_t processors_by_affinity() {
  // The kernel refuses a set that is smaller than its own, so larger and larger sets are tried.
  for (int max = 1024; max <= kMaxProcessors; max *= 2) {
    cpu_set_t* const set = CPU_ALLOC(max);
    if (set == nullptr) break;
    const std::size_t size = CPU_ALLOC_SIZE(max);
    const bool known = ::sched_getaffinity(0, size, set) == 0;
    const int count = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) return static_cast<std::size_t>(std::max(count, 1));
  }
  return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
}

fs::path below(const fs::path& root, const fs::path& path) {
  return root / path.relative_path();
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

bool is_in_list(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    if (item == wanted) return true;
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  return false;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> first_number_in(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  if (!(in >> word)) return std::nullopt;
  return number(word);
}

// The process's group in one hierarchy of control groups.
struct Group {
  bool is_v2 = false;
  std::string path;          // as in /proc/self/cgroup
  std::string mount;         // where the hierarchy is mounted
  std::string mounted_root;  // the group that is mounted there
};

// /proc/self/cgroup: "0::/a/b" is v2, "4:cpu,cpuacct:/a/b" is v1.
std::vector<Group> groups_of(const fs::path& root) {
  std::vector<Group> groups;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_v2 = controllers.empty();
    if (is_v2 || is_in_list(controllers, "cpu")) groups.push_back({is_v2, line.substr(second + 1), {}, {}});
  }
  return groups;
}

// /proc/self/mountinfo: "ID PARENT DEVICE ROOT MOUNT OPTIONS ... - TYPE SOURCE SUPER-OPTIONS".
bool find_mount(const fs::path& root, Group& group) {
  std::ifstream in(root / "proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 5 || words.end() - dash < 4) continue;
    const std::string& type = *(dash + 1);
    const bool fits = group.is_v2 ? type == "cgroup2" : type == "cgroup" && is_in_list(*(dash + 3), "cpu");
    if (!fits) continue;
    group.mounted_root = words[3];
    group.mount = words[4];
    return true;
  }
  return false;
}

// The quota of one group, in processors.
std::optional<double> quota_in(const fs::path& directory, bool is_v2) {
  if (!is_v2) {
    const auto quota = first_number_in(directory / "cpu.cfs_quota_us");
    const auto period = first_number_in(directory / "cpu.cfs_period_us");
    if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
    return *quota / *period;
  }
  std::ifstream in(directory / "cpu.max");  // "150000 100000", or "max 100000"
  std::string quota_text, period_text;
  if (!(in >> quota_text >> period_text)) return std::nullopt;
  const auto quota = number(quota_text), period = number(period_text);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

// The smallest quota from the process's group up to the group where the hierarchy is mounted.
std::optional<double> smallest_quota(const fs::path& root, const Group& group) {
  const fs::path mount = below(root, group.mount);
  // Groups above the mounted root, or outside the namespace ("/../.."), cannot be seen. Then the mounted root
  // is used as the process's own group.
  fs::path relative = fs::path(group.path).lexically_relative(group.mounted_root);
  if (relative.empty() || *relative.begin() == "..") relative = ".";
  std::optional<double> smallest;
  for (fs::path at = (mount / relative).lexically_normal();; at = at.parent_path()) {
    if (const auto quota = quota_in(at, group.is_v2))
      if (!smallest || *quota < *smallest) smallest = quota;
    if (at.lexically_relative(mount.lexically_normal()) == "." || !at.has_relative_path()) return smallest;
  }
}

}  // namespace

std::size_t processors_by_quota(const std::filesystem::path& root) {
  std::optional<double> smallest;
  for (Group& group : groups_of(root)) {
    if (!find_mount(root, group)) continue;
    if (const auto quota = smallest_quota(root, group))
      if (!smallest || *quota < *smallest) smallest = quota;
  }
  if (!smallest) return 0;
  return static_cast<std::size_t>(std::clamp(std::ceil(*smallest - 1e-6), 1.0, double(kMaxProcessors)));
}

std::size_t usable_processors(const std::filesystem::path& root) {
  const std::size_t by_affinity = processors_by_affinity();
  const std::size_t by_quota = processors_by_quota(root);
  return by_quota == 0 ? by_affinity : std::min(by_affinity, by_quota);
}

}  // namespace belay::app
