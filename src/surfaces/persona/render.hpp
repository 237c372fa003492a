// The persona surface's events (requirement P1): the log's words in the document's, as unnamed SSE messages.
//
//   delta        {"token":"…"}
//   restarted    {"restarted":true}: drop the text so far; only where the client said that it can
//   completed    {"done":true}
//   the others   {"error":{"code","message"}}
//
// The rest is left out. The document's own clients look at the beginning of each block for `data: `, so there
// are two dialects: with `id:` lines, for clients that ask for text/event-stream, and without.
#pragma once

#include <string>

#include "core/dialect.hpp"
#include "prompts/personas.hpp"

namespace belay::surfaces::persona {

class PersonaDialect final : public Dialect {
 public:
  enum class Ids { sent, left_out };
  explicit PersonaDialect(Ids ids) : ids_(ids) {}
  void render(const RunHead& run, const Event& event, const Position& position, Frame& out) const override;

 private:
  const Ids ids_;
};

// {"personas":[{"name","display_name","adapts_to_breathing"}],"default":"default"}
std::string render_personas(const prompts::Personas& personas);

// ,"persona":"NAME" and, where another one was asked for, ,"notice":"…"
void append_choice(const prompts::Personas::Choice& choice, std::string& out);

}  // namespace belay::surfaces::persona
