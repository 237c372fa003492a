#include "app/dev_mode.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace belay::app {
namespace {

// Those of the file, in their order; without any, one that says what it is asked to say.
std::vector<providers::ProviderConfig> scripted_ones(
    const std::vector<providers::ProviderConfig>& configured) {
  std::vector<providers::ProviderConfig> scripted;
  for (const providers::ProviderConfig& provider : configured)
    if (provider.kind == providers::ProviderKind::scripted) scripted.push_back(provider);
  if (!scripted.empty()) return scripted;
  providers::ProviderConfig usual;
  usual.name = "scripted";
  usual.kind = providers::ProviderKind::scripted;
  return {usual};
}

}  // namespace

Result<> make_dev_mode(Configuration& configuration) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(configuration.server.address, error);
  if (error || !address.is_loopback())
    return make_error(
        ErrorCode::invalid_request,
        "--dev signs anybody in, so it listens on loopback alone. Leave --host out, or use 127.0.0.1 or ::1.",
        "server.address");
  configuration.auth.dev_mode = true;
  configuration.server.loopback_hosts_only = true;
  for (const auto& surface : configuration.surfaces.all()) surface->enter_dev_mode();
  configuration.upload_storage.keys.made_key = configuration.process.data_directory / "uploads.key";
  // Several such servers may run on one machine, also beside a normal server.
  if (configuration.operations.port_is_default) configuration.operations.port = 0;

  configuration.providers = scripted_ones(configuration.providers);
  const auto& scripted = configuration.providers;
  if (configuration.models.empty()) {  // no default model fits the providers of the file
    configuration.default_models = true;
    configuration.models = providers::default_models();
  }
  for (Model& model : configuration.models) {
    const bool is_scripted = std::any_of(scripted.begin(), scripted.end(),
                                         [&](const auto& each) { return each.name == model.provider; });
    if (!is_scripted) model.provider = scripted.front().name;
    if (configuration.default_models) model.can_continue = true;
  }
  return {};
}

}  // namespace belay::app
