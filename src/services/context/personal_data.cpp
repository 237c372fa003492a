#include "services/context/personal_data.hpp"

#include <algorithm>
#include <array>

#include "base/json_elements.hpp"
#include "base/json_text.hpp"

namespace belay::services {
namespace {

// More than any document has that was accepted.
constexpr std::size_t kMaxDepth = 64;

// Plain names: small letters, without separators. Sorted by what they are.
constexpr auto kPersonal = std::to_array<std::string_view>({
    // who
    "firstname",
    "lastname",
    "middlename",
    "fullname",
    "surname",
    "familyname",
    "givenname",
    "maidenname",
    "realname",
    "legalname",
    "nickname",
    "username",
    "displayname",
    "login",
    "loginname",
    "person",
    "people",
    "owner",
    "author",
    "climbername",
    "athletename",
    // with whom
    "partner",
    "partners",
    "climbingpartner",
    "climbingpartners",
    "climbedwith",
    "belayer",
    "belayers",
    "belayedby",
    "friend",
    "friends",
    "spouse",
    "parent",
    "parents",
    "guardian",
    "contact",
    "contacts",
    "emergencycontact",
    "emergencycontacts",
    "nextofkin",
    "doctor",
    "physician",
    "therapist",
    "physiotherapist",
    "coachname",
    "trainername",
    // how to reach them
    "email",
    "emails",
    "mail",
    "emailaddress",
    "emailaddresses",
    "phone",
    "phones",
    "phonenumber",
    "phonenumbers",
    "mobile",
    "mobilephone",
    "mobilenumber",
    "cellphone",
    "cell",
    "telephone",
    "telephonenumber",
    "tel",
    "fax",
    "faxnumber",
    "whatsapp",
    "telegram",
    "signal",
    "pager",
    // where they live and are
    "address",
    "addresses",
    "street",
    "streetname",
    "streetaddress",
    "homeaddress",
    "postaladdress",
    "billingaddress",
    "shippingaddress",
    "zip",
    "zipcode",
    "postcode",
    "postalcode",
    "housenumber",
    "hometown",
    "residence",
    "placeofresidence",
    "livesin",
    "homecity",
    "latitude",
    "longitude",
    "lat",
    "lng",
    "lon",
    "latlng",
    "latlon",
    "latlong",
    "coordinate",
    "coordinates",
    "coords",
    "gps",
    "gpsposition",
    "gpstrack",
    "gpx",
    "geo",
    "geojson",
    "geolocation",
    "geohash",
    "geopoint",
    "what3words",
    // birth and papers
    "birthdate",
    "dateofbirth",
    "dob",
    "birthday",
    "birthyear",
    "yearofbirth",
    "birthplace",
    "placeofbirth",
    "passport",
    "passportnumber",
    "ssn",
    "socialsecuritynumber",
    "socialsecurity",
    "nationalid",
    "taxnumber",
    "insurance",
    "insurancenumber",
    "policynumber",
    "membershipnumber",
    "membernumber",
    "memberid",
    "licensenumber",
    "licencenumber",
    "iban",
    "bankaccount",
    "creditcard",
    "cardnumber",
    // ids and secrets
    "id",
    "ids",
    "uuid",
    "guid",
    "userid",
    "accountid",
    "externalid",
    "deviceid",
    "sub",
    "ip",
    "ipaddress",
    "macaddress",
    "useragent",
    "password",
    "passwordhash",
    "secret",
    "token",
    "accesstoken",
    "refreshtoken",
    "apikey",
    "cookie",
    // pictures
    "photo",
    "photos",
    "photourl",
    "picture",
    "pictures",
    "pictureurl",
    "profilepicture",
    "profilephoto",
    "profileimage",
    "avatar",
    "avatarurl",
    "image",
    "images",
    "imageurl",
    "selfie",
    "selfies",
    "video",
    "videos",
    "videourl",
    "media",
    // accounts
    "handle",
    "handles",
    "account",
    "accounts",
    "social",
    "socials",
    "socialmedia",
    "sociallinks",
    "socialprofiles",
    "instagram",
    "insta",
    "facebook",
    "twitter",
    "xcom",
    "tiktok",
    "youtube",
    "linkedin",
    "snapchat",
    "mastodon",
    "bluesky",
    "threads",
    "discord",
    "reddit",
    "strava",
    "mountainproject",
    "theccrag",
    "thecrag",
    "8anu",
    "vlogger",
    "kayaprofile",
    "website",
    "homepage",
    "profileurl",
    "profilelink",
    "url",
    "urls",
    "link",
    "links",
});

// Who a text names, personal if they are texts. If they are objects, these may hold more than that.
constexpr auto kSelf = std::to_array<std::string_view>({"user", "climber", "athlete", "coach", "trainer"});

// Lists of these, and objects of these, have names that are not people's.
constexpr auto kThings = std::to_array<std::string_view>(
    {"climbs",     "goals",    "goal",         "exercises",   "exercise", "workouts", "workout",
     "drills",     "routines", "plans",        "plan",        "cycles",   "injuries", "injury",
     "benchmarks", "tests",    "projects",     "project",     "routes",   "route",    "boulders",
     "boulder",    "problems", "sends",        "metrics",     "grades",   "blocks",   "sessions",
     "activities", "events",   "competitions", "supplements", "equipment"});

// A longer name that ends with one of these is personal, too: "coachFirstName", "workEmail".
constexpr auto kPersonalEndings = std::to_array<std::string_view>({
    "firstname",    "lastname",      "fullname",     "surname",        "familyname", "username",
    "nickname",     "email",         "emailaddress", "phonenumber",    "phone",      "telephone",
    "mobilenumber", "postaladdress", "homeaddress",  "streetaddress",  "address",    "postcode",
    "postalcode",   "zipcode",       "birthdate",    "dateofbirth",    "birthday",   "latitude",
    "longitude",    "coordinates",   "coords",       "passportnumber", "photourl",   "pictureurl",
    "imageurl",     "avatarurl",     "avatar",       "photo",          "photos",     "picture",
    "selfie",       "instagram",     "facebook",     "twitter",        "handle",     "profileurl",
    "partnername",  "belayername",   "climbername",  "personname",     "coachname",  "trainername",
    "contactname",
});

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != ' ' && c != '_' && c != '-' && c != '.') out += lower(c);
  return out;
}

// Whether the last word of the name is "id" or "ids": "userId", "user_id", "USER-ID", not "grid".
bool ends_with_id(std::string_view name) {
  if (name.size() > 1 && (name.back() == 's' || name.back() == 'S')) name.remove_suffix(1);
  if (name.size() < 3) return false;
  const std::string_view last = name.substr(name.size() - 2);
  const char before = name[name.size() - 3];
  if (last == "Id" || (last == "ID" && !(before >= 'A' && before <= 'Z'))) return true;
  const bool is_word = before == '_' || before == '-' || before == ' ' || before == '.';
  return is_word && lower(last[0]) == 'i' && lower(last[1]) == 'd';
}

// The text of a string in JSON.
std::string decoded(std::string_view json) {
  const std::string object = "{\"text\":" + std::string(json) + "}";
  const auto read = JsonObject::read(object, kMaxDepth);
  return read && !read->members().empty() ? read->members().front().text : std::string();
}

}  // namespace

PersonalData::PersonalData(const std::vector<std::string>& more_fields) {
  for (const std::string& field : more_fields) more_.insert(plain(field));
}

bool PersonalData::is_personal(const JsonObject::Member& member, Kind kind) const {
  const std::string name = plain(member.name);
  if (more_.contains(name)) return true;
  if (name == "name" || name == "names") return kind != Kind::thing;
  if (has(kSelf, name)) return member.kind == JsonKind::string;
  if (has(kPersonal, name)) return true;
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  return std::any_of(kPersonalEndings.begin(), kPersonalEndings.end(), ends) || ends_with_id(member.name);
}

std::string PersonalData::removed_from(std::string_view json, std::string_view field) const {
  return removed_from(json, has(kThings, plain(field)) ? Kind::thing : Kind::other);
}

std::string PersonalData::removed_from(std::string_view json, Kind kind) const {
  if (json.empty()) return {};
  std::string out;
  if (json.front() == '"') return json_string(without_contacts(decoded(json)));
  if (json.front() == '[') {
    for (const std::string_view element : json_elements(json))
      out.append(out.empty() ? "[" : ",").append(removed_from(element, kind));
    return out.empty() ? "[]" : out.append("]");
  }
  if (json.front() != '{') return std::string(json);
  const auto object = JsonObject::read(json, kMaxDepth);
  if (!object) return "{}";
  for (const JsonObject::Member& member : object->members()) {
    if (is_personal(member, kind)) continue;
    out.append(out.empty() ? "{" : ",").append(json_string(without_contacts(member.name))).append(":");
    out.append(removed_from(member.raw, member.name));
  }
  return out.empty() ? "{}" : out.append("}");
}

}  // namespace belay::services
