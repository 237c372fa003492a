// Boost.JSON's separate compilation: its one source file in this build.
#include <boost/json/src.hpp>
