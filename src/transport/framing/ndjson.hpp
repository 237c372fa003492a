// One JSON value per line (https://github.com/ndjson/ndjson-spec).
//
// A line has no place for a name or an id: a dialect that needs them puts them into the data. The heartbeat is
// a space. It becomes white space before the next value, which every JSON parser skips; not every reader
// accepts an empty line.
#pragma once

#include "base/framing.hpp"

namespace belay::transport {

const Framing& ndjson_framing();

}  // namespace belay::transport
