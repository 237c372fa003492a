// Statistics of one climber from several sources, as one. Pure.
#pragma once

#include "services/visualizations/visualizations.hpp"
#include "uploads/statistics.hpp"

namespace belay::services {

// Counts are added up. A month's hardest grade is of the system of the first source that has one. The trend is that of the source with the latest climb. Of
// the months, the newest uploads::kMaxMonths stay.
uploads::Statistics combined(const ClimbStatistics& statistics);

}  // namespace belay::services
