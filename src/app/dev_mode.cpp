#include "app/dev_mode.hpp"

#include <boost/asio/ip/address.hpp>

namespace belay::app {

Result<> make_dev_mode(ops::Configuration& configuration) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(configuration.server.address, error);
  if (error || !address.is_loopback())
    return make_error(
        ErrorCode::invalid_request,
        "--dev signs anybody in, so it listens on loopback alone. Leave --host out, or use 127.0.0.1 or ::1.",
        "server.address");
  configuration.auth.dev_mode = true;

  constexpr const char* kScripted = "scripted";
  providers::ProviderConfig scripted;
  scripted.name = kScripted;
  scripted.kind = providers::ProviderKind::scripted;
  for (const providers::ProviderConfig& provider : configuration.providers)
    if (provider.kind == providers::ProviderKind::scripted) scripted = provider;
  configuration.providers = {scripted};
  if (configuration.models.empty()) {
    Model model;
    model.alias = "demo";
    model.upstream_name = "demo";
    model.can_continue = true;
    configuration.models.push_back(std::move(model));
  }
  for (Model& model : configuration.models) model.provider = scripted.name;
  return {};
}

}  // namespace belay::app
