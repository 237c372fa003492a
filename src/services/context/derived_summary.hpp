// Says in a few sentences what a climber's data holds, for contexts without a summary (requirement S8). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "uploads/statistics.hpp"

namespace belay::services {

// "42 climbs from 2024-11-02 to 2025-02-11; 30 of 40 sent. V-scale: V3 on average, V6 at best. …" Empty if there is
// nothing to say. `goals`: from goals_in_words(); empty: none.
std::string derived_summary(const uploads::Statistics& statistics, std::string_view goals);

// The texts in a JSON value, without personal data, on one line: "V8 in spring; goal: endurance, by: June". At most about 500
// bytes. `json` must be a value inside a text that JsonObject::read() has accepted.
std::string goals_in_words(std::string_view json);

// The average grade of a system, of the sends, or of the climbs if no send is known.
std::optional<uploads::Grade> average_grade(const uploads::Statistics& statistics,
                                            uploads::GradeSystem system);
// The hardest send, or the hardest climb if no send is known.
std::optional<uploads::Grade> best_grade(const uploads::Statistics& statistics, uploads::GradeSystem system);

}  // namespace belay::services
