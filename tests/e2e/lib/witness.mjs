// A stream that runs beside a test's bad input, to show that it is left alone.
import assert from 'node:assert/strict';
import { Assistant, Transcript, words } from './assistant.mjs';
import { within } from './deadline.mjs';

const expected = words(20000);
let number = 0;

// Runs `work` while somebody else reads an answer on one connection: that answer must be flowing before and after, exact and
// unbroken. Returns what `work` returns.
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
