#include "app/processors.hpp"

#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <thread>

#include <gtest/gtest.h>

namespace belay::app {
namespace {

namespace fs = std::filesystem;

// A machine whose /proc and control groups are in a directory of the test.
class ProcessorsTest : public ::testing::Test {
 protected:
  ProcessorsTest() {
    std::string name = (fs::temp_directory_path() / "belay-processors-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    root_ = name;
  }
  ~ProcessorsTest() override { fs::remove_all(root_); }

  void put(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void mount_v2(const std::string& from = "/") {
    put("proc/self/mountinfo", "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n31 21 0:26 " + from +
                                   " /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  void mount_v1(const std::string& from = "/") {
    put("proc/self/mountinfo",
        "33 32 0:28 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
        "34 32 0:29 " +
            from + " /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n");
  }
  std::size_t quota() { return processors_by_quota(root_); }

  fs::path root_;
};

TEST_F(ProcessorsTest, without_control_groups_there_is_no_limit) {
  EXPECT_EQ(quota(), 0u);
  put("proc/self/cgroup", "0::/a\n");
  EXPECT_EQ(quota(), 0u) << "not mounted";
  mount_v2();
  EXPECT_EQ(quota(), 0u) << "no file";
}

TEST_F(ProcessorsTest, v2_a_quota_is_rounded_up_and_is_at_least_one) {
  mount_v2();
  put("proc/self/cgroup", "0::/system.slice/belay.service\n");
  const std::string file = "sys/fs/cgroup/system.slice/belay.service/cpu.max";
  for (const auto& [text, processors] :
       {std::pair("max 100000\n", 0u), std::pair("200000 100000\n", 2u), std::pair("150000 100000\n", 2u),
        std::pair("10000 100000\n", 1u), std::pair("300000 50000\n", 6u), std::pair("30000 10000\n", 3u)}) {
    put(file, text);
    EXPECT_EQ(quota(), processors) << text;
  }
}

TEST_F(ProcessorsTest, v2_a_group_above_limits_too) {
  mount_v2();
  put("proc/self/cgroup", "0::/kubepods/pod1/container\n");
  put("sys/fs/cgroup/kubepods/pod1/container/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/kubepods/pod1/cpu.max", "300000 100000\n");
  put("sys/fs/cgroup/kubepods/cpu.max", "800000 100000\n");
  EXPECT_EQ(quota(), 3u);
}

TEST_F(ProcessorsTest, v2_in_a_container_its_own_group_is_the_mounted_root) {
  mount_v2();
  put("proc/self/cgroup", "0::/\n");
  put("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota(), 2u);
  put("proc/self/cgroup", "0::/../../other\n");
  EXPECT_EQ(quota(), 2u);
}

TEST_F(ProcessorsTest, v1_quota_and_period_stand_in_two_files) {
  mount_v1();
  put("proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n");
  const std::string group = "sys/fs/cgroup/cpu,cpuacct/docker/abc/";
  put(group + "cpu.cfs_period_us", "100000\n");
  put(group + "cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(quota(), 0u);
  put(group + "cpu.cfs_quota_us", "250000\n");
  EXPECT_EQ(quota(), 3u);
}

TEST_F(ProcessorsTest, v1_in_a_container_the_mount_begins_at_its_group) {
  mount_v1("/docker/abc");
  put("proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000\n");
  EXPECT_EQ(quota(), 1u);
}

TEST_F(ProcessorsTest, what_cannot_be_read_is_no_limit) {
  mount_v2();
  put("proc/self/cgroup", "nonsense\n0::/a\n");
  for (const char* text : {"", "max", "x y\n", "-5 100000\n", "100000 0\n"}) {
    put("sys/fs/cgroup/a/cpu.max", text);
    EXPECT_EQ(quota(), 0u) << text;
  }
}

TEST_F(ProcessorsTest, affinity_and_quota_both_count) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const auto all = static_cast<std::size_t>(CPU_COUNT(&before));
  EXPECT_EQ(usable_processors(root_), all);
  mount_v2();
  put("proc/self/cgroup", "0::/\n");
  put("sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(usable_processors(root_), 1u);
  put("sys/fs/cgroup/cpu.max", "9900000 100000\n");
  EXPECT_EQ(usable_processors(root_), all);

  // On a separate thread, because affinity belongs to a thread.
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &before)) {
        CPU_SET(cpu, &one);
        break;
      }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(usable_processors(root_), 1u);
  }).join();
}

}  // namespace
}  // namespace belay::app
