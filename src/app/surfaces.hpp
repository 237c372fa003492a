// The surfaces that the server has, and their settings. The table is in surfaces.cpp: one line per surface.
//
// A surface's Config is known to its own folder and to its line of the table. Everybody else sees a
// SurfaceConfig: what all surfaces have in common.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings/config_reading.hpp"
#include "base/settings/settings.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"
#include "surfaces/surface.hpp"

namespace belay::app {

// The settings of one surface. A value: clone() copies it.
class SurfaceConfig {
 public:
  virtual ~SurfaceConfig() = default;
  virtual std::unique_ptr<SurfaceConfig> clone() const = 0;

  virtual std::string_view name() const = 0;  // of the surface, and of its section: "chat"
  virtual bool enabled() const = 0;
  virtual const std::string& prefix() const = 0;
  // The model that answers; null: the surface has no such setting.
  virtual const std::string* model() const = 0;

  virtual void declare(Settings& settings) = 0;
  // What no setting shows alone.
  virtual void check(ConfigReading& reading) const = 0;
  virtual void enter_dev_mode() = 0;
  // Its limits and sessions, as these settings say. Empty but for the name if the surface has no rules().
  virtual policy::SurfaceRules rules(const policy::Config& policy) const = 0;
  // Takes over the part that needs no restart: the limits. `fresh` is of the same surface.
  virtual void take_limits(const SurfaceConfig& fresh) = 0;
  // Null: only the patterns are wanted.
  virtual surfaces::Surface make(const surfaces::SurfaceContext* context) const = 0;
};

// The settings of all surfaces, in the order of the table. Copyable.
class SurfaceConfigs {
 public:
  SurfaceConfigs();  // the surfaces of the table, with their defaults
  SurfaceConfigs(const SurfaceConfigs& other);
  SurfaceConfigs& operator=(SurfaceConfigs other) noexcept;
  SurfaceConfigs(SurfaceConfigs&&) noexcept = default;

  // Adds one that is not in the table: for tests.
  void add(std::unique_ptr<SurfaceConfig> config) { all_.push_back(std::move(config)); }
  const std::vector<std::unique_ptr<SurfaceConfig>>& all() const { return all_; }
  // The surface must be in the table.
  template <class Config>
  Config& of();
  template <class Config>
  const Config& of() const;

 private:
  std::vector<std::unique_ptr<SurfaceConfig>> all_;
};

// ---- templates

// These find the functions of the surface's own namespace.
template <class Config>
void declare_surface(Settings& settings, Config& config) {
  declare(settings, config);
}
template <class Config>
void check_surface(const Config& config, ConfigReading& reading) {
  if constexpr (requires { check(config, reading); }) check(config, reading);
}
template <class Config>
policy::SurfaceRules rules_of_surface(std::string_view name, const Config& config,
                                      const policy::Config& policy) {
  if constexpr (requires { rules(config, policy); }) return rules(config, policy);
  policy::SurfaceRules none;
  none.surface = name;
  return none;
}

template <class Config>
class TypedSurfaceConfig final : public SurfaceConfig {
 public:
  using Make = surfaces::Surface (*)(const surfaces::SurfaceContext*, const Config&);
  TypedSurfaceConfig(std::string_view name, Make maker) : name_(name), make_(maker) {}

  std::unique_ptr<SurfaceConfig> clone() const override {
    return std::make_unique<TypedSurfaceConfig>(*this);
  }
  std::string_view name() const override { return name_; }
  bool enabled() const override { return value.enabled; }
  const std::string& prefix() const override { return value.prefix; }
  const std::string* model() const override {
    if constexpr (requires { value.model; }) return &value.model;
    return nullptr;
  }
  void declare(Settings& settings) override { declare_surface(settings, value); }
  void check(ConfigReading& reading) const override { check_surface(value, reading); }
  void enter_dev_mode() override {
    if constexpr (requires { value.anonymous; }) value.anonymous = true;
  }
  policy::SurfaceRules rules(const policy::Config& policy) const override {
    return rules_of_surface(name_, value, policy);
  }
  void take_limits(const SurfaceConfig& fresh) override {
    if constexpr (requires { value.limits; })
      value.limits = dynamic_cast<const TypedSurfaceConfig&>(fresh).value.limits;
  }
  surfaces::Surface make(const surfaces::SurfaceContext* context) const override {
    return make_(context, value);
  }

  Config value;

 private:
  std::string_view name_;
  Make make_;
};

template <class Config>
Config& SurfaceConfigs::of() {
  for (const auto& config : all_)
    if (auto* typed = dynamic_cast<TypedSurfaceConfig<Config>*>(config.get())) return typed->value;
  throw std::logic_error("no surface has these settings");
}
template <class Config>
const Config& SurfaceConfigs::of() const {
  return const_cast<SurfaceConfigs*>(this)->of<Config>();
}

}  // namespace belay::app
