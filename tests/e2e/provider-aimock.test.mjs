// P4, X7: @copilotkit/aimock, a third-party mock of language models, answers through Belay in all three protocols. It also plays
// its own faults: 429 with Retry-After, 500, 503, 529, a disconnect in the middle, slow streams.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { table, withProvider } from './lib/config.mjs';
import { protocols } from './lib/protocols.mjs';
import { startServer } from './lib/server.mjs';

const skip = Number(process.versions.node.split('.')[0]) < 20 && 'aimock needs Node 20';

async function startMock(t) {
  const { LLMock } = await import('@copilotkit/aimock');
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const long = 'A long answer in many small pieces, '.repeat(20);
  mock.onMessage(/greet/, { content: 'Hello from the mock.' });
  mock.onMessage(/long/, { content: long }, { chunkSize: 7 });
  mock.onMessage(/slow/, { content: 'Slowly but surely.' }, { chunkSize: 2, streamingProfile: { ttft: 300, tps: 40 } });
  mock.onMessage(/cut/, { content: long }, { chunkSize: 7, latency: 10, truncateAfterChunks: 20 });
  mock.onMessage(/tempo/, {
    toolCalls: [{ id: 'call_1', name: 'set_tempo', arguments: '{"bpm":120}' }],
  });
  for (const status of [429, 500, 503, 529]) {
    const error = { error: { message: 'secret words', type: status === 429 ? 'rate_limit_error' : 'api_error' }, status };
    mock.on({ userMessage: new RegExp(`once ${status}`), sequenceIndex: 0 }, error);
    mock.onMessage(new RegExp(`once ${status}`), { content: `After ${status}.` });
    mock.onMessage(new RegExp(`always ${status}`), error);
  }
  const origin = await mock.start();
  t.after(() => mock.stop());
  return { mock, long, url: `${origin}/v1` };
}

for (const protocol of Object.keys(protocols)) {
  test(`P4, X7: aimock in ${protocol}`, { timeout: 120000, skip }, async (t) => {
    const { mock, long, url } = await startMock(t);
    const schema = { type: 'object', properties: { bpm: { type: 'integer' } }, required: ['bpm'] };
    const server = await startServer(
      t,
      withProvider(
        { url, protocol },
        { first_backoff: '50ms', breaker_failures: 0, idle_timeout: '5s' },
        table('[[assistant.actions]]', { name: 'set_tempo', description: 'Sets it', schema: JSON.stringify(schema) }),
      ),
    );
    let users = 0;
    const ask = async (prompt) => {
      const client = new Assistant(server, `user-${users++}`);
      return client.followToEnd(await client.ask(prompt), { deadline: 30000 });
    };
    const whole = async (prompt, text) => {
      const seen = await ask(prompt);
      assert.equal(seen.terminal.event, 'complete', JSON.stringify(seen.terminal.data));
      assert.equal(seen.text, text);
      return seen;
    };
    await whole('greet', 'Hello from the mock.');
    const { terminal } = await whole('long', long);
    assert.ok(terminal.data.usage.output_tokens >= 0);
    await whole('slow', 'Slowly but surely.');
    const acted = await ask('tempo');
    assert.deepEqual(acted.terminal.data.actions, [{ id: 'call_1', name: 'set_tempo', arguments: { bpm: 120 } }]);

    for (const status of [429, 500, 503, 529]) {
      const before = mock.getRequests().length;
      await whole(`once ${status}`, `After ${status}.`);
      assert.equal(mock.getRequests().length - before, 2, `${status} is tried again`);
    }
    for (const [status, code] of [
      [429, 'provider_rate_limited'],
      [503, 'provider_unavailable'],
      [529, 'provider_unavailable'],
    ]) {
      const seen = await ask(`always ${status}`);
      assert.equal(seen.terminal.data.code, code);
      assert.ok(!seen.terminal.data.message.includes('secret words'));
    }
    const cut = await ask('cut');
    assert.equal(cut.terminal.event, 'error', 'a cut answer is no success');
    assert.equal(cut.terminal.data.code, 'provider_broken');
    assert.ok(cut.text.length > 0 && long.startsWith(cut.text), 'what came is kept');
  });
}
