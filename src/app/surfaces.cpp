#include "app/surfaces.hpp"

#include "surfaces/ag_ui/routes.hpp"
#include "surfaces/anthropic/routes.hpp"
#include "surfaces/assistant/routes.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/durable_streams/routes.hpp"
#include "surfaces/goal_coach/routes.hpp"
#include "surfaces/openai/routes.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/sendsage/routes.hpp"

namespace belay::app {
namespace {

template <class Config>
std::unique_ptr<SurfaceConfig> surface(std::string_view name,
                                       surfaces::Surface (*make)(const surfaces::SurfaceContext*,
                                                                 const Config&)) {
  return std::make_unique<TypedSurfaceConfig<Config>>(name, make);
}

}  // namespace

SurfaceConfigs::SurfaceConfigs() {
  add(surface("assistant", surfaces::assistant::make));
  add(surface("chat", surfaces::chat::make));
  add(surface("persona", surfaces::persona::make));
  add(surface("sendsage", surfaces::sendsage::make));
  add(surface("goal_coach", surfaces::goal_coach::make));
  add(surface("openai", surfaces::openai::make));
  add(surface("anthropic", surfaces::anthropic::make));
  add(surface("ag_ui", surfaces::ag_ui::make));
  add(surface("durable_streams", surfaces::durable_streams::make));
}

SurfaceConfigs::SurfaceConfigs(const SurfaceConfigs& other) {
  for (const auto& config : other.all_) all_.push_back(config->clone());
}

SurfaceConfigs& SurfaceConfigs::operator=(SurfaceConfigs other) noexcept {
  all_ = std::move(other.all_);
  return *this;
}

}  // namespace belay::app
