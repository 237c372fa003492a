// Boost.Asio's separate compilation: its one source file in this build.
#include <boost/asio/impl/src.hpp>
