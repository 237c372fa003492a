#include "calendar/zones.hpp"

#include <gtest/gtest.h>

namespace belay::calendar {
namespace {

TEST(TimeZones, G4_knows_the_names_of_the_iana_database) {
  TimeZones zones;
  for (const char* name : {"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5", "GMT",
                           "US/Eastern", "America/Port-au-Prince", "EST5EDT"})
    EXPECT_TRUE(zones.is_valid(name)) << name;
  EXPECT_EQ(zones.find("Europe/Berlin").value()->name(), "Europe/Berlin");
  EXPECT_EQ(zones.find("Europe/Berlin").value(), zones.find("Europe/Berlin").value()) << "it is read once";
}

TEST(TimeZones, G4_refuses_everything_else_and_never_leaves_its_folder) {
  TimeZones zones;
  for (const char* name :
       {"", "Europe", "europe/berlin", "Europe/Berlin ", "Europe/Atlantis", "/Europe/Berlin",
        "../zoneinfo/UTC", "Europe/../UTC", "./UTC", "posix/UTC", "right/UTC", "posixrules", "localtime",
        "zone.tab", "tzdata.zi", "leapseconds", "W. Europe Standard Time", "Europe//Berlin//", "UTC\n"}) {
    const auto zone = zones.find(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, ErrorCode::invalid_request) << name;
    EXPECT_EQ(zone.error().field, "time_zone") << name;
  }
  EXPECT_FALSE(zones.is_valid(std::string("UTC\0", 4)));
  EXPECT_FALSE(zones.is_valid(std::string(1000, 'a')));
  EXPECT_EQ(zones.find("Europe/Atlantis").error().detail,
            "There is no time zone \"Europe/Atlantis\": use a name of the IANA time zone database, like "
            "Europe/Berlin or "
            "UTC.");
}

TEST(TimeZones, G4_a_machine_without_time_zone_data_says_so_to_its_operator) {
  TimeZones zones("/nonexistent");
  const auto zone = zones.find("UTC");
  ASSERT_FALSE(zone);
  EXPECT_EQ(zone.error().code, ErrorCode::unavailable);
  EXPECT_EQ(zone.error().detail, "Time zones are not available on this server.");
  EXPECT_EQ(zone.error().advice, "There is no time zone data in /nonexistent: install the package tzdata.");
}

TEST(TimeZones, G4_knows_the_names_of_windows) {
  EXPECT_EQ(iana_name_of_windows_zone("W. Europe Standard Time"), "Europe/Berlin");
  EXPECT_EQ(iana_name_of_windows_zone("Eastern Standard Time"), "America/New_York");
  EXPECT_EQ(iana_name_of_windows_zone("India Standard Time"), "Asia/Calcutta");
  EXPECT_EQ(iana_name_of_windows_zone("Europe/Berlin"), std::nullopt);
  EXPECT_EQ(iana_name_of_windows_zone(""), std::nullopt);
  EXPECT_EQ(iana_name_of_windows_zone("W. Europ\xC3\xA9 Standard Time"), std::nullopt);
  EXPECT_EQ(iana_name_of_windows_zone(std::string(1000, 'a')), std::nullopt);
}

}  // namespace
}  // namespace belay::calendar
