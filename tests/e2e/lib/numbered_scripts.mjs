// For tests that play many scripts of a provider to one server. The prompt names the script by its number: "fault 7." or "quirk 7.".
import { until } from './deadline.mjs';

// scriptOf(number): an async function of a call (see provider.mjs) and of how often that script has been called. Returns the provider's
// `script`, and `attempts`: how often each was called, by its number.
export function numberedScripts(scriptOf) {
  const attempts = new Map();
  const script = (call) => {
    const number = Number(/(?:fault|quirk) (\d+)\./.exec(call.prompt)[1]);
    const attempt = (attempts.get(number) ?? 0) + 1;
    attempts.set(number, attempt);
    return scriptOf(number)(call, attempt);
  };
  return { attempts, script };
}

// The entry of the log that says how a run ended, with `charged`: what its user pays for.
export async function endOf(server, run) {
  const isItsEnd = (line) => line.event === 'run_ended' && line.run === run;
  const ended = await until(5000, 'its end is logged', () => server.logs().find(isItsEnd));
  const charged = ended.cost_nano_usd === 0 ? 'nothing' : ended.estimated ? 'an estimate' : 'as counted';
  return { ...ended, charged };
}
