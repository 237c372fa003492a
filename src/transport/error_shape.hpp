// The form of the error responses of one API, where its clients expect another one than problem documents.
//
// Every error response is made by problem() first, wherever the error comes from: a handler, a check of the head, the
// router, a driver. RoutingDispatcher::complete() then rewrites those below the path of a shape. So one place knows
// the form, and no caller of problem() knows that there are several.
//
// Stateless; called on any thread. Registered with Router::shape_errors(), and outlives the router.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/message.hpp"

namespace belay::transport {

class ErrorShape {
 public:
  // `response` is what problem() made of the error, with whatever headers others have added. Replaces its body and
  // content type, and may change its status. It keeps every header whose meaning does not change.
  virtual void apply(const Error& error, const Request& request, Response& response) const = 0;

 protected:
  ~ErrorShape() = default;
};

// Sets a header of the response, in place of the one that is there. `name` in any letter case.
void set_header(Response& response, std::string_view name, std::string value);

}  // namespace belay::transport
