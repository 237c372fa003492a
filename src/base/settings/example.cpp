// The documented example: every declared setting as a TOML file. Prose lines begin with "# ". A setting that
// is not set begins with "#" directly before its name, so that removing this one character sets it to its
// default.
#include <set>

#include <fmt/format.h>

#include "base/settings/settings.hpp"

namespace belay {
namespace {

constexpr std::size_t kWidth = 100;

void write_prose(std::string_view text, std::string& out) {
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + '\n';
      line.resize(1);
    }
    line += ' ';
    line += word;
  }
  if (line.size() > 1) out += line + '\n';
}

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

void write_setting(const Setting& setting, std::string& out) {
  out += '\n';
  write_prose(setting.doc, out);
  std::string facts = capitalised(setting.form) + '.';
  if (setting.is_required)
    facts += " Must be set.";
  else if (setting.default_text.empty())
    facts += " Not set by default.";
  else if (!setting.sample_text.empty())
    facts += fmt::format(" Default: {}.", setting.default_text);
  write_prose(facts, out);
  const std::string& shown = setting.sample_text.empty() ? setting.default_text : setting.sample_text;
  out += fmt::format("#{} = {}\n", setting.name(), shown);
}

void write_rows(const Setting& setting, std::string& out) {
  out += "\n\n";
  write_prose(setting.doc, out);
  write_prose(capitalised(setting.form) + ". None by default.", out);
  out += fmt::format("#[[{}]]\n", setting.key);
  setting.visit_default_row([&](const Settings& row) {
    for (const Setting& column : row.all()) write_setting(column, out);
  });
}

std::string_view section_of(const Setting& setting) {
  const std::size_t dot = setting.key.rfind('.');
  return dot == std::string::npos ? std::string_view() : std::string_view(setting.key).substr(0, dot);
}

}  // namespace

std::string example_of(const Settings& settings, std::string_view introduction) {
  std::string out(introduction);
  for (const SettingsSection& section : settings.sections()) {
    if (!section.name.empty()) {
      out += "\n\n";
      write_prose(section.doc, out);
      out += fmt::format("[{}]\n", section.name);
    }
    // Table arrays come last: settings after a [[table]] would belong to it.
    for (const Setting& setting : settings.all())
      if (section_of(setting) == section.name && !setting.is_table_array) write_setting(setting, out);
    for (const Setting& setting : settings.all())
      if (section_of(setting) == section.name && setting.is_table_array) write_rows(setting, out);
  }
  return out;
}

}  // namespace belay
