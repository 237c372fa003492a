// Boost.Beast's separate compilation: its one source file in this build.
#include <boost/beast/src.hpp>
