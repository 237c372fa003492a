// The settings of everything that keeps something.
#pragma once

#include "storage/journal/config.hpp"
#include "storage/sqlite/config.hpp"
