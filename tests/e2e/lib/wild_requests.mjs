// Random requests that are often wrong somewhere. Each must be answered, or refused by name.
import assert from 'node:assert/strict';
import { call } from './http.mjs';
import { seed } from './random.mjs';

const wrong = [null, true, 0, 1, -1, 2.5, 1e300, '', [], {}, [null], { a: 1 }, '\u0000'];

// What a test makes such requests from. oneIn: in one of so many places is a wrong value. more: wrong values beside the common ones.
export function wildValues(random, { oneIn, more }) {
  const pick = (list) => random.pick(list);
  const chance = (times) => random.between(1, times) === 1;
  const any = () => pick([...wrong, ...more]);
  const maybe = (value) => (chance(oneIn) ? any() : value);
  const some = (make) => Array.from({ length: random.between(0, 3) }, make);
  // The members of a request whose names `isIn` accepts.
  const chosen = (members, isIn) => Object.fromEntries(Object.entries(members).filter(([name]) => isIn(name)));
  return { pick, chance, any, maybe, some, chosen };
}

// Sends a request to each of `paths` at the same time, `rounds` times. check: gets each {json, status, answer, text, shown}; `shown` is
// the exchange for a message. Returns {status: how many answers}.
export async function sendWild(t, server, { paths, rounds, headers, wildRequest, check }) {
  const statuses = {};
  const send = async (path) => {
    const json = wildRequest();
    const { status, json: answer, text } = await call(server.port, 'POST', path, { json, headers });
    statuses[status] = (statuses[status] ?? 0) + 1;
    check({ json, status, answer, text, shown: `${JSON.stringify(json)}: ${status} ${text}` });
  };
  for (let round = 0; round < rounds; round++) await Promise.all(paths.map(send));
  t.diagnostic(`BELAY_SEED=${seed}; answers by status: ${JSON.stringify(statuses)}`);
  return statuses;
}

// An answer, or a refusal whose error names the member and says what is wrong in a sentence.
export function assertAnsweredOrRefused({ status, answer, shown }) {
  if (status === 200) return;
  assert.equal(status, 400, shown);
  assert.ok(answer.error.param, shown);
  assert.ok(answer.error.message.endsWith('.'), shown);
}
