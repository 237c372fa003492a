// Runs a stream beside a test's bad input, to show that bad input does not affect other clients.
import assert from 'node:assert/strict';
import { Assistant, Transcript, words } from './assistant.mjs';
import { within } from './deadline.mjs';

const expected = words(20000);
let number = 0;

// Runs `work` while another client reads an answer on one connection. That answer must be streaming before and after `work`, and
// must be exact and unbroken. Returns what `work` returns.
export async function beside(server, work) {
  const client = new Assistant(server, `witness-${++number}`);
  const id = await client.ask('echo:20000 words @100/s');
  const stream = client.stream(id);
  const seen = new Transcript();
  const read = async (until) => {
    while (!until()) {
      const event = await stream.next();
      assert.ok(event, `the other stream goes on (it ended: ${stream.done})`);
      seen.accept(event);
    }
  };
  const grow = async (when) => {
    const goal = seen.events.length + 3;
    await within(
      10000,
      `the other stream flows ${when}`,
      read(() => seen.events.length >= goal),
    );
  };
  try {
    await grow('before');
    const result = await work();
    await grow('after');
    assert.ok(seen.text.length > 0 && expected.startsWith(seen.text), 'the other stream is exact');
    assert.equal((await client.cancel(id)).status, 204);
    await within(
      10000,
      'the other stream ends',
      read(() => seen.terminal),
    );
    assert.equal(seen.terminal.data.code, 'cancelled');
    return result;
  } finally {
    stream.rst();
  }
}
