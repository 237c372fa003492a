// X7: every quirk of a server, in every protocol, has no effect or ends in a typed error in plain words. This file checks each
// cell of the table in docs/PROVIDERS.md against a running server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { table, withProvider } from './lib/config.mjs';
import { endOf, numberedScripts } from './lib/numbered_scripts.mjs';
import { assertPlainWords } from './lib/plain_words.mjs';
import { protocols } from './lib/protocols.mjs';
import { startProvider } from './lib/provider.mjs';
import { quirks, quirkTable, rightOf } from './lib/quirks.mjs';
import { startServer } from './lib/server.mjs';

const row = {
  first_backoff: '50ms',
  max_retries: 2,
  breaker_failures: 0, // no circuit breaker: all quirks come at once
};
const model = { input_price: 1, output_price: 2 };
const schema = { type: 'object', properties: { seconds: { type: 'number' } }, required: ['seconds'] };
const action = table('[[assistant.actions]]', { name: 'add_clip', schema: JSON.stringify(schema) });

for (const protocol of Object.keys(protocols)) {
  test(`X7: quirks of a provider that speaks ${protocol}`, { timeout: 120000 }, async (t) => {
    const { attempts, script } = numberedScripts((number) => quirks[number][protocol]);
    const provider = await startProvider(t, script, { protocol });
    const server = await startServer(t, withProvider(provider, row, action, model));
    await Promise.all(
      [...quirks.entries()]
        .filter(([, quirk]) => rightOf(quirk, protocol) !== null)
        .map(([number, quirk]) =>
          t.test(quirk.name, async () => {
            const right = rightOf(quirk, protocol);
            const client = new Assistant(server, `user-${number}`);
            const id = await client.ask(`quirk ${number}.`);
            const seen = await client.followToEnd(id, { deadline: 60000 });
            const { data, event } = seen.terminal;
            assert.equal(event === 'complete' ? 'complete' : data.code, right.end, JSON.stringify(data));
            assert.equal(seen.text, right.text);
            assert.equal(attempts.get(number), right.calls, 'calls of the provider');
            if (event === 'complete') {
              const actions = data.actions ?? [];
              assert.deepEqual(
                actions.map((each) => [each.name, each.arguments]),
                (right.actions ?? []).map((each) => ['add_clip', each]),
              );
              assert.equal(new Set(actions.map((each) => each.id)).size, actions.length, 'each action has an id of its own');
              assert.ok(actions.every((each) => each.id !== ''));
              assert.equal(data.finish, right.finish ?? (right.actions ? 'tool_calls' : 'stop'));
            } else {
              assertPlainWords(data.message);
              assert.ok(!data.message.includes('secret words'), 'the words of the provider are not passed on');
              if (right.says) assert.match(data.message, right.says);
            }
            const ended = await endOf(server, id);
            assert.equal(ended.charged, right.charged, JSON.stringify(ended));
            const failed = server.logs().find((line) => line.event === 'provider_failed' && line.run === id);
            if (event !== 'complete') assert.equal(failed?.code, right.end, 'the failure is logged');
            assert.ok(!server.stderr.includes('secret words'));
          }),
        ),
    );
    assert.deepEqual(provider.failures, []);
  });

  test(`C6, X7: ${protocol}: an answer that the provider broke off is not given again`, { timeout: 60000 }, async (t) => {
    const number = quirks.findIndex((quirk) => quirk.name === 'a finish reason that means broken, after text');
    const provider = await startProvider(t, (call) => quirks[number][protocol](call, 1), { protocol });
    const server = await startServer(t, withProvider(provider, row, '', model));
    for (const user of ['ann', 'bob']) {
      const seen = await new Chat(server, user, { model: 'default' }).ask('the same');
      assert.equal(seen.terminal.type, 'error');
      assertPlainWords(seen.terminal.message);
    }
    assert.equal(provider.calls.length, 2);
  });
}

test('X7: the table of quirks of docs/PROVIDERS.md is what is tested', async () => {
  const page = await readFile(new URL('../../docs/PROVIDERS.md', import.meta.url), 'utf8');
  const [, shown] = /<!-- quirks -->\n([^]*?)\n<!-- \/quirks -->/.exec(page);
  assert.equal(shown.trim(), quirkTable());
});
