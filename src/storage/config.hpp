// The settings of everything that is stored.
#pragma once

#include "storage/journal/config.hpp"
#include "storage/sqlite/config.hpp"
