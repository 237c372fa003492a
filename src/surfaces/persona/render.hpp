// Renders the persona surface's events (requirement P1): the log's events as unnamed SSE messages, as the
// surface's document defines them.
//
//   event        message
//   delta        {"token":"…"}
//   restarted    {"restarted":true}: drop the text so far; only if the client said that it supports this
//   completed    {"done":true,"finish":"stop" | "length"}
//   failed, cancelled, interrupted
//                {"error":{"code","message"}}
//
// Other events are not sent. The document's own clients look for `data: ` at the beginning of each block. So
// there are two formats: one with `id:` lines, for clients that ask for text/event-stream, and one without.
#pragma once

#include <string>

#include "core/log/dialect.hpp"
#include "core/types/session.hpp"
#include "prompts/personas.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::persona {

const Format& format_with_ids();
const Format& format_without_ids();

// {"session_id","persona","message","finish","usage":{"input_tokens","output_tokens","estimated"}}
std::string render_answer(const Session& session, const services::WholeAnswer& answer);

// {"personas":[{"name","display_name","adapts_to_breathing"}],"default":"default"}
std::string render_personas(const prompts::Personas& personas);

// Appends ,"persona":"NAME" and, if another persona was asked for, ,"notice":"…"
void append_choice(const prompts::Personas::Choice& choice, std::string& out);

}  // namespace belay::surfaces::persona
