// Boost.JSON is compiled separately: this is its only source file in the build.
#include <boost/json/src.hpp>
