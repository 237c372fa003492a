// Boost.Asio is compiled separately: this is its only source file in the build.
#include <boost/asio/impl/src.hpp>
