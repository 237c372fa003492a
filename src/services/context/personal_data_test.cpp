#include "services/context/personal_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::services {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string cleaned(std::string_view json, std::string_view field = {},
                    const std::vector<std::string>& more = {}) {
  return PersonalData(more).removed_from(json, field);
}

// ---- Fields

TEST(PersonalData, S8_personal_fields_are_removed_in_any_spelling_and_at_any_depth) {
  for (const char* name : {"firstName",
                           "last_name",
                           "Full Name",
                           "surname",
                           "username",
                           "displayName",
                           "e-mail",
                           "E_Mail",
                           "EMAIL",
                           "workEmail",
                           "phone",
                           "phone_number",
                           "Mobile",
                           "homePhone",
                           "address",
                           "home_address",
                           "street",
                           "zip",
                           "postal-code",
                           "hometown",
                           "birthDate",
                           "date_of_birth",
                           "DOB",
                           "birthday",
                           "latitude",
                           "lng",
                           "coordinates",
                           "crag_coordinates",
                           "gps",
                           "id",
                           "ID",
                           "userId",
                           "user_id",
                           "device-id",
                           "deviceID",
                           "member ids",
                           "uuid",
                           "passport_number",
                           "photo",
                           "photos",
                           "avatarUrl",
                           "profile_picture",
                           "instagram",
                           "twitter_handle",
                           "handle",
                           "strava",
                           "website",
                           "partner",
                           "belayer",
                           "emergencyContact",
                           "doctor",
                           "password",
                           "access_token",
                           "ipAddress",
                           "name",
                           "Name",
                           "coach_first_name",
                           "insurance number"}) {
    const std::string member = std::string("\"") + name + "\":\"MARK\"";
    for (const std::string& json :
         {"{" + member + ",\"a\":1}", "{\"a\":1,\"b\":{" + member + "}}", "[[{\"c\":[{" + member + "}]}]]"})
      EXPECT_THAT(cleaned(json), Not(HasSubstr("MARK"))) << name << " in " << json;
  }
}

TEST(PersonalData, S8_what_a_coach_needs_stays) {
  for (
      const std::string json :
      {R"({"grade":"V5","date":"2025-02-11","style":"boulder","crag":"Bleau","location":"Cuvier","tries":3})",
       R"({"grid":1,"humid":true,"avoid":"dynos","solid":"yes","void":2,"kids":0,"hybrid":"x","weight_kg":70})",
       R"({"session":"morning","sessions_per_week":3,"hangboard":{"edge_mm":20},"injuries":["A2 pulley"]})",
       R"({"phase":"base","mailed":1,"heartRate":150,"sleep_hours":7.50,"position":"2nd"})"})
    EXPECT_EQ(cleaned(json), json);
}

TEST(PersonalData, S8_the_name_of_a_thing_stays_and_the_name_of_a_person_goes) {
  EXPECT_EQ(cleaned(R"([{"name":"Midnight Lightning","partner":{"name":"MARK"}}])", "climbs"),
            R"([{"name":"Midnight Lightning"}])");
  EXPECT_EQ(cleaned(R"({"exercises":[{"name":"max hangs","by":{"name":"MARK"}}],"name":"MARK"})", "training"),
            R"({"exercises":[{"name":"max hangs","by":{}}]})");
  EXPECT_EQ(cleaned(R"([{"name":"V8"}])", "goals"), R"([{"name":"V8"}])");
  EXPECT_EQ(cleaned(R"([{"name":"MARK"}])", "team"), "[{}]");
}

TEST(PersonalData, S8_an_object_about_the_climber_stays_without_its_personal_fields) {
  EXPECT_EQ(cleaned(R"({"athlete":{"name":"MARK","level":"V5"},"climber":"MARK","user":"MARK"})"),
            R"({"athlete":{"level":"V5"}})");
}

TEST(PersonalData, S8_more_fields_come_from_the_settings) {
  EXPECT_EQ(
      cleaned(R"({"Geburts-Datum":"MARK","spitzname":"MARK","a":1})", {}, {"geburtsdatum", "Spitz Name"}),
      R"({"a":1})");
}

TEST(PersonalData, S8_numbers_keep_their_text_and_strings_their_characters) {
  EXPECT_EQ(cleaned("{ \"a\" : [ 5.10, 1e3, -0, null, true ], \"b\": \"\\u00dcberhang \\\"x\\\"\" }"),
            "{\"a\":[5.10,1e3,-0,null,true],\"b\":\"Überhang \\\"x\\\"\"}");
}

TEST(PersonalData, S8_texts_are_cleaned_wherever_they_are) {
  EXPECT_EQ(cleaned(R"(["ann@example.org",{"notes":"call 555-123-4567","ann@example.org":1}])"),
            R"(["[e-mail]",{"notes":"call [phone]","[e-mail]":1}])");
  EXPECT_EQ(cleaned(R"("Write to ann\u0040example.org.")"), R"("Write to [e-mail].")");
}

// ---- Texts

TEST(PersonalData, S8_mail_addresses_in_texts_are_replaced) {
  for (const char* address :
       {"ann@example.org", "ann.smith+climb@mail.example.co.uk", "ANN_S@EXAMPLE.ORG", "änn@exämple.de",
        "o'neill@example.org", "ann(at)example.org", "ann [at] example.org", "ann\uFF20example.org"})
    EXPECT_EQ(without_contacts(std::string("Mail ") + address + ", please."), "Mail [e-mail], please.")
        << address;
  EXPECT_EQ(without_contacts("ann@example.org"), "[e-mail]");
  EXPECT_EQ(without_contacts("<ann@example.org>bob@example.org"), "<[e-mail]>[e-mail]");
}

TEST(PersonalData, S8_phone_numbers_in_texts_are_replaced) {
  for (const char* number :
       {"+49 151 23456789", "+1 (555) 123-4567", "+33612345678", "0049 151 23456789", "0151 23456789",
        "0151/23456789", "020 7946 0958", "(020) 7946 0958", "555-123-4567", "555.123.4567", "(555) 123-4567",
        "1-555-123-4567", "5551234567", "555-1234", "49 151 23456789"})
    EXPECT_EQ(without_contacts(std::string("Call ") + number + " soon"), "Call [phone] soon") << number;
}

TEST(PersonalData, S8_links_and_accounts_in_texts_are_replaced) {
  EXPECT_EQ(without_contacts("See https://maps.example/?q=49.3,11.1 and www.ann.example"),
            "See [link] and [link]");
  EXPECT_EQ(without_contacts("I am @ann_climbs, with @bob."), "I am [account], with [account].");
}

TEST(PersonalData, S8_dates_grades_and_counts_in_texts_stay) {
  for (const char* text :
       {"2025-02-11", "From 2024-11-02 to 2025-02-11: 42 climbs", "11.02.2025 - 10 reps", "11/02/2025 18:30",
        "2025-02-11T18:30:00Z", "5.10 5.11a 5.12-5.13", "10-10-8-8-6 pull-ups", "7/3 repeaters, 6 sets",
        "3 sets @ 80%", "5 reps @80% of max", "V5/6, 6b+/6c", "1.5 h, 12,000 steps",
        "20 mm edge +12.5 kg for 10 s", "100 200 300 400", "0-0-0 0 0", "V8 in 8 weeks",
        "4x4s: 4 4 4 4 4 4 4 4 4", "8a.nu grade", "at the (at"})
    EXPECT_EQ(without_contacts(text), text);
}

TEST(PersonalData, S8_a_long_text_takes_linear_time) {
  for (const char* piece : {"@", "1", "a@", "(", "+1 ", "www.", "0 ", "a.a@a.a"}) {
    std::string text;
    while (text.size() < 300'000) text += piece;
    EXPECT_FALSE(without_contacts(text).empty()) << piece;
  }
}

}  // namespace
}  // namespace belay::services
