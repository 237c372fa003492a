// X2, X7: an answer that was cut continues: with another model, from the provider that stored it, or from its partial text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProvider, withProviders } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { keeper } from './lib/keeper.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const once = { max_retries: 0 };

async function greet(call) {
  await call.piece('Hello, ');
  await call.piece('world');
  await call.done();
}

async function ask(t, setup) {
  const server = await startServer(t, setup);
  const client = new Assistant(server, 'alice');
  const seen = await client.followToEnd(await client.ask('go on'), { deadline: 30000 });
  return { server, seen };
}

test('X7: a model that fails before its first piece is stood in for, in another protocol', { timeout: 60000 }, async (t) => {
  const broken = await startProvider(t, (call) => call.refuse(503, 'overloaded_error'));
  const gone = await startProvider(t, (call) => call.refuse(404, 'not_found_error'), { protocol: 'messages' });
  const good = await startProvider(t, greet, { protocol: 'responses' });
  const { server, seen } = await ask(
    t,
    withProviders({
      a: { provider: broken, row: once, model: { fallbacks: ['b', 'c'] } },
      b: { provider: gone, row: once },
      c: { provider: good, row: once, model: { input_price: 1 } },
    }),
  );
  assert.equal(seen.terminal.event, 'complete');
  assert.equal(seen.text, 'Hello, world');
  assert.equal(seen.terminal.data.usage.cost_usd, 0.000007, 'at the price of the model that answered');
  assert.deepEqual([broken, gone, good].map((provider) => provider.calls.length), [1, 1, 1]);
  assert.equal(seen.events.filter((event) => event.data.stage === 'fallback').length, 2);
  const metrics = await new Assistant(server, 'alice', { token: null }).call('GET', '/metrics');
  assert.match(metrics.text, /belay_fallbacks_total\{model="b",by="c"\} 1/);
});

test('X7: another model answers in the stead of one that gives an empty answer', { timeout: 60000 }, async (t) => {
  const blank = await startProvider(t, async (call) => {
    await call.piece(' \n');
    await call.done();
  });
  const locked = await startProvider(t, (call) => call.refuse(401, 'authentication_error'), { protocol: 'messages' });
  const good = await startProvider(t, greet, { protocol: 'responses' });
  const { server, seen } = await ask(
    t,
    withProviders({
      a: { provider: blank, row: once, model: { fallbacks: ['b', 'c'], input_price: 1 } },
      b: { provider: locked, row: once },
      c: { provider: good, row: once },
    }),
  );
  assert.equal(seen.terminal.event, 'complete');
  assert.equal(seen.text, 'Hello, world', 'without the white space of the first');
  assert.equal(seen.terminal.data.usage.cost_usd, 0.000007, 'the empty answer is paid for too');
  const said = server.logs().filter((line) => line.event === 'fallback');
  assert.deepEqual(said.map((line) => [line.model, line.by]), [['a', 'b'], ['b', 'c']]);
  assert.match(said[0].advice, /no word/);
  assert.match(said[1].advice, /API key/);
});

test('X7: after its first piece only a model that can continue stands in, exactly there', { timeout: 60000 }, async (t) => {
  const cut = async (call) => {
    await call.piece('Half an ');
    await call.wait(50);
    call.reset();
  };
  const first = await startProvider(t, cut, { protocol: 'responses' });
  const cannot = await startProvider(t, greet);
  const can = await startProvider(
    t,
    async (call) => {
      await call.piece(' answer.'); // repeats the white space that the prefill had to omit
      await call.done();
    },
    { protocol: 'messages' },
  );
  const { seen } = await ask(
    t,
    withProviders({
      a: { provider: first, row: once, model: { fallbacks: ['b', 'c'] } },
      b: { provider: cannot, row: once },
      c: { provider: can, row: once, model: { can_continue: true } },
    }),
  );
  assert.equal(seen.terminal.event, 'complete', JSON.stringify(seen.terminal.data));
  assert.equal(seen.text, 'Half an answer.');
  assert.equal(cannot.calls.length, 0);
  assert.deepEqual(can.calls[0].json.messages.at(-1), { role: 'assistant', content: 'Half an' });
  assert.equal(seen.terminal.data.usage.estimated, true, 'what the first one cost is a guess');
});

const pieces = Array.from({ length: 30 }, (_, i) => `piece ${i}, `);

test('X2: an answer that the provider keeps is fetched on after its stream fell silent', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, keeper(pieces, { cutAfter: 12 }), { protocol: 'responses' });
  const row = { idle_timeout: '3s', max_retries: 2, background: true };
  const { seen } = await ask(t, withProvider(provider, row));
  assert.equal(seen.terminal.event, 'complete', JSON.stringify(seen.terminal.data));
  assert.equal(seen.text, pieces.join(''));
  assert.deepEqual(
    provider.calls.map((call) => call.method),
    ['POST', 'GET'],
  );
  assert.deepEqual(provider.failures, []);
});

test('X2: an answer that the provider keeps goes on after kill -9, exactly where it was', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, keeper(pieces, { cutAfter: 12 }), { protocol: 'responses' });
  const server = await startServer(t, { ...withProvider(provider, { background: true }), restarts: true });
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  let text = '';
  const following = begin(client.followToEnd(id, { onEvent: (seen) => (text = seen.text) }));
  await until(5000, 'the first pieces are there', () => text.includes('piece 10'), 5);
  await server.restart();
  const seen = await following;
  assert.equal(seen.terminal.event, 'complete', JSON.stringify(seen.terminal.data));
  assert.equal(seen.text, pieces.join(''));
  assert.equal(seen.restarts, 0, 'nothing had to be dropped');
  assert.deepEqual(
    provider.calls.map((call) => call.method),
    ['POST', 'GET'],
  );
  assert.deepEqual(provider.failures, []);
});

test('X2: a partial answer is continued by prefill after kill -9 where the model can', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(
    t,
    async (call) => {
      if (call.number === 1) {
        await call.piece('Half an ');
        await call.stall();
      }
      await call.piece('answer.');
      await call.done();
    },
    { protocol: 'messages' },
  );
  const server = await startServer(t, {
    ...withProvider(provider, {}, '', { can_continue: true }),
    restarts: true,
  });
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  let text = '';
  const following = begin(client.followToEnd(id, { onEvent: (seen) => (text = seen.text) }));
  await until(5000, 'the first piece is there', () => text === 'Half an ', 5);
  await server.restart();
  const seen = await following;
  assert.equal(seen.text, 'Half an answer.');
  assert.equal(seen.restarts, 0);
  assert.deepEqual(provider.calls[1].json.messages.at(-1), { role: 'assistant', content: 'Half an' });
});

test('X5: a cancel is told to a provider that would go on by itself', { timeout: 60000 }, async (t) => {
  const provider = await startProvider(t, keeper(pieces, { cutAfter: 12 }), { protocol: 'responses' });
  const server = await startServer(t, withProvider(provider, { background: true }));
  const client = new Assistant(server, 'alice');
  const id = await client.ask('go on');
  let text = '';
  const following = begin(client.followToEnd(id, { onEvent: (seen) => (text = seen.text) }));
  await until(5000, 'the first pieces are there', () => text !== '', 5);
  assert.equal((await client.cancel(id)).status, 204);
  await following;
  const stop = await provider.call(2);
  assert.equal(`${stop.method} ${stop.url}`, 'POST /v1/responses/resp_keep1/cancel');
});
