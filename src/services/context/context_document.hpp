// What is known about a climber: a JSON document of a user (requirement S8).
//
//   summary       a text, in plain words; absent: derived from the climbs and the goals
//   climbs        a list of objects. Read are "grade", "date" and the outcome (uploads/climb_fields.hpp); other members are
//                 kept as they are. Of climbs with the same date, or without one, the later one in the list is the newer
//   performance, training, health, goals, uploads
//                 objects, lists or texts, as the product has them
//
// A document holds personal data. for_basic() and for_premium() have none, and are what a model may see.
//
// A value; immutable after read().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "base/units.hpp"
#include "services/context/personal_data.hpp"

namespace belay::uploads {
struct Statistics;  // uploads/statistics.hpp, which surfaces do not know
}

namespace belay::services {

class ContextDocument {
 public:
  // How many climbs a Basic user's coach sees.
  static constexpr std::size_t kBasicClimbs = 10;
  static constexpr std::size_t kMaxDepth = 16;

  struct Limits {
    ByteCount max_size;  // of the text
    std::uint32_t max_climbs = 0;
  };
  // strict: of a client, who can change it. Everything that is not as above is an error, with the field and what to
  // change. lenient: of another server. Parts that are not as above are left out, and so are the oldest climbs if there are too many; an
  // error only if the text is no JSON object, or too long.
  enum class Reading { strict, lenient };

  ContextDocument();  // without anything
  static Result<ContextDocument> read(std::string_view text, const Limits& limits, Reading reading);

  // JSON text: what was read, with its personal data.
  std::string text() const;
  // The same with these climbs at the end of its list. Each is the JSON text of an object.
  std::string text_with(const std::vector<std::string>& more_climbs) const;
  // JSON text of a climb as it was given, in the order of the list.
  std::vector<std::string_view> climbs_as_given() const;

  std::size_t climb_count() const { return climbs_.size(); }
  const uploads::Statistics& statistics() const { return *statistics_; }
  // JSON text of a section, with its personal data; empty: there is none.
  std::string_view section(std::string_view name) const;

  // JSON text; empty if there is nothing to say. The summary, the goals and the newest ten climbs, the newest first.
  std::string for_basic(const PersonalData& personal) const;
  // Everything; the climbs from the newest to the oldest.
  std::string for_premium(const PersonalData& personal) const;

 private:
  struct Section {
    std::string name;
    std::string json;  // of the climbs: unused
  };
  struct Climb {
    std::string json;
    std::int32_t day;  // uploads::Day
  };
  struct Reader;

  std::string summary(const PersonalData& personal) const;
  std::string view(const PersonalData& personal, const std::vector<std::string_view>& sections,
                   std::size_t max_climbs) const;

  std::vector<Section> sections_;                          // in the order of the text
  std::vector<Climb> climbs_;                              // in the order of the list
  std::vector<std::size_t> newest_;                        // indexes of climbs_, the newest first
  std::shared_ptr<const uploads::Statistics> statistics_;  // never null
};

}  // namespace belay::services
