// A script for startProvider({protocol: 'responses'}): a provider that stores its answers and can send them again, from any event
// on. Each POST makes one answer of these pieces. cutAfter: after so many events it falls silent. pace: milliseconds between events.
import assert from 'node:assert/strict';

export function keeper(pieces, { cutAfter = Infinity, pace = 0 } = {}) {
  let made = 0;
  const numberOf = (type, members, number) => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...members })}\n\n`;
  const eventsOf = (id) => [
    numberOf('response.created', { response: { id, status: 'in_progress' } }, 0),
    ...pieces.map((delta, i) => numberOf('response.output_text.delta', { output_index: 0, delta }, i + 1)),
    numberOf('response.completed', { response: { id, status: 'completed', usage: { input_tokens: 7, output_tokens: 9 } } }, pieces.length + 1),
  ];
  const send = async (call, events) => {
    for (const event of events) {
      await call.raw(event);
      if (pace !== 0) await call.wait(pace);
    }
  };
  return async (call) => {
    if (call.method === 'POST' && call.url.endsWith('/cancel')) return call.answer(200, {}, '{}');
    if (call.method === 'POST') {
      assert.equal(call.json.background, true);
      assert.equal(call.json.store, true);
      const events = eventsOf(`resp_keep${++made}`);
      await send(call, events.slice(0, cutAfter));
      return cutAfter > events.length ? undefined : call.stall();
    }
    const url = new URL(call.url, 'http://x');
    const [, id] = /^\/v1\/responses\/(resp_keep\d+)$/.exec(url.pathname);
    assert.equal(url.searchParams.get('stream'), 'true');
    const from = url.searchParams.has('starting_after') ? Number(url.searchParams.get('starting_after')) + 1 : 0;
    await send(call, eventsOf(id).slice(from));
  };
}
