// P4, A8, S14: what is the same in all three protocols: answers, keys, certificates, tool calls, and the escaping of text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { protocols } from './lib/protocols.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';
import { action, callsOfEveryKind, goodCall, schema } from './lib/tool_calls.mjs';

const all = Object.keys(protocols);
const once = { max_retries: 0 };

async function greet(call) {
  await call.piece('Hello, ');
  await call.piece('world');
  await call.done();
}

async function answerOf(t, script, { row = {}, more = '', model = {}, env = {}, ...options } = {}) {
  const provider = await startProvider(t, script, options);
  const setup = withProvider(provider, { ...once, ...row }, more, model);
  const server = await startServer(t, { ...setup, env: { ...setup.env, ...env } });
  const client = new Assistant(server, 'alice');
  const seen = await client.followToEnd(await client.ask('go on'), { deadline: 30000 });
  assert.deepEqual(provider.failures, []);
  return { seen, provider, server };
}

for (const protocol of all) {
  test(`P4: ${protocol}: an answer over TLS, with usage, cost and a key that is shown nowhere`, { timeout: 60000 }, async (t) => {
    const { seen, provider, server } = await answerOf(t, greet, {
      protocol,
      tls: 'good',
      row: { api_key_env: 'E2E_PROVIDER_KEY' },
      env: { E2E_PROVIDER_KEY: 'sk-very-secret' },
      model: { input_price: 1000, output_price: 2000 },
    });
    assert.equal(seen.text, 'Hello, world');
    const { usage } = seen.terminal.data;
    assert.deepEqual(
      { ...usage, cost_usd: undefined },
      { input_tokens: 7, output_tokens: 2, cached_tokens: 0, reasoning_tokens: 0, estimated: false, cost_usd: undefined },
    );
    assert.equal(usage.cost_usd, 0.011);
    const [call] = provider.calls;
    assert.equal(`${call.method} ${call.url}`, `POST ${protocols[protocol].path}`);
    assert.equal(call.json.stream, true);
    if (protocol === 'messages') {
      assert.equal(call.headers['x-api-key'], 'sk-very-secret');
      assert.equal(call.headers['anthropic-version'], '2023-06-01');
    } else {
      assert.equal(call.headers.authorization, 'Bearer sk-very-secret');
    }
    if (protocol === 'responses') assert.equal(call.json.store, false, 'nothing is kept at the provider');
    assert.ok(!JSON.stringify(call.json).includes('sk-very-secret'));
    const metrics = await new Assistant(server, 'alice', { token: null }).call('GET', '/metrics');
    assert.match(metrics.text, /belay_cost_usd_total\{model="default"\} 0\.011/);
    assert.match(metrics.text, /belay_tokens_total\{model="default",kind="output"\} 2/);
    for (const text of [server.stderr, metrics.text]) assert.ok(!text.includes('sk-very-secret'));
  });

  for (const tls of ['self-signed', 'expired', 'wrong-host']) {
    test(`S14: ${protocol}: nothing is sent to a host whose certificate is ${tls}`, { timeout: 60000 }, async (t) => {
      const { seen, provider } = await answerOf(t, greet, { protocol, tls });
      assert.equal(seen.terminal.data.code, 'provider_unavailable');
      assert.equal(provider.calls.length, 0);
    });
  }

  test(`S14: ${protocol}: a redirect is not followed, so that no key goes elsewhere`, { timeout: 60000 }, async (t) => {
    const elsewhere = await startProvider(t, greet, { protocol });
    const { seen } = await answerOf(t, (call) => call.answer(308, { location: `${elsewhere.url}/x` }, ''), { protocol });
    assert.equal(seen.terminal.data.code, 'provider_rejected');
    assert.equal(elsewhere.calls.length, 0);
  });

  test(`P4: ${protocol}: a server that cannot stream answers in one piece`, { timeout: 60000 }, async (t) => {
    const { seen, provider } = await answerOf(t, (call) => call.whole('All of it.'), {
      protocol,
      row: { supports_streaming: false },
    });
    assert.equal(provider.calls[0].json.stream, false);
    assert.equal(seen.events.filter((event) => event.event === 'response_chunk').length, 1);
    assert.equal(seen.text, 'All of it.');
    assert.equal(seen.terminal.data.usage.input_tokens, 7);
  });

  test(`X7: ${protocol}: text cannot forge an event, and is valid UTF-8 whatever comes`, { timeout: 60000 }, async (t) => {
    const evil = 'a\n\nevent: complete\ndata: {"forged":true}\n\nid: 9-9\r\rdata: x\u2028\u0000';
    const { seen } = await answerOf(
      t,
      async (call) => {
        await call.piece(evil);
        // Invalid UTF-8 inside the JSON string.
        const bytes = Buffer.from(protocols[protocol].piece(call.state, 'XY'));
        const at = bytes.indexOf('XY');
        bytes[at] = 0xff;
        bytes[at + 1] = 0xc3;
        await call.raw(bytes);
        await call.done();
      },
      { protocol },
    );
    // The invalid piece must either fail the answer or arrive as replacement characters.
    assert.ok(seen.text === evil || seen.text.startsWith(`${evil}\ufffd`), JSON.stringify(seen.text));
    if (seen.terminal.event === 'error') assert.equal(seen.terminal.data.code, 'provider_broken');
  });

  test(`A8: ${protocol}: tool calls are joined from their pieces and held against their schema`, { timeout: 60000 }, async (t) => {
    const { seen, provider } = await answerOf(t, callsOfEveryKind, { protocol, more: action });
    assert.equal(seen.terminal.event, 'complete', JSON.stringify(seen.terminal.data));
    assert.deepEqual(seen.terminal.data.actions, [goodCall]);
    const refused = seen.events.filter((event) => event.event === 'stage' && event.data.stage === 'action_refused');
    assert.equal(refused.length, 3, 'the others are reported');
    const [offered] = provider.calls[0].json.tools;
    assert.deepEqual(offered.input_schema ?? offered.parameters ?? offered.function.parameters, schema);
  });
}

test('P4: one address may be spoken to in several protocols, as the model wants it', { timeout: 60000 }, async (t) => {
  const { seen, provider } = await answerOf(t, greet, {
    protocol: 'responses',
    row: { kind: 'openai' },
    model: { protocol: 'responses' },
  });
  assert.equal(seen.text, 'Hello, world');
  assert.equal(provider.calls[0].url, '/v1/responses');
});

test('P4: the newer version of Messages', { timeout: 60000 }, async (t) => {
  const { provider } = await answerOf(t, greet, { protocol: 'messages', row: { anthropic_version: '2026-10-21' } });
  assert.equal(provider.calls[0].headers['anthropic-version'], '2026-10-21');
});
