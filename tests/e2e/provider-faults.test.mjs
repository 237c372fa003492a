// X7: every fault, in every protocol, ends in a correct answer or a typed error. It is retried only where a retry can help, and
// the user is charged for what was used. This file checks each cell of the table in docs/PROVIDERS.md against a running server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { withProvider } from './lib/config.mjs';
import { faults, faultTable } from './lib/faults.mjs';
import { endOf, numberedScripts } from './lib/numbered_scripts.mjs';
import { assertPlainWords } from './lib/plain_words.mjs';
import { protocols } from './lib/protocols.mjs';
import { startProvider } from './lib/provider.mjs';
import { startServer } from './lib/server.mjs';

const row = {
  first_backoff: '50ms',
  max_retries: 2,
  breaker_failures: 0, // no circuit breaker: all faults come at once
};
const model = { input_price: 1, output_price: 2 };

// Plays all faults to a server whose calls are made by one of the two HTTP clients, over plain HTTP or over TLS.
async function playFaults(t, protocol, client, tls) {
  const { attempts, script } = numberedScripts((number) => faults[number].script);
  const provider = await startProvider(t, script, { protocol, tls });
  const start = (more) => startServer(t, withProvider(provider, { ...row, http_client: client, ...more }, '', model));
  const usual = await start();
  await Promise.all(
    faults.map((fault, number) =>
      t.test(fault.name, async () => {
        const server = fault.row ? await start(fault.row) : usual;
        const asker = new Assistant(server, `user-${number}`);
        const id = await asker.ask(`fault ${number}.`);
        const seen = await asker.followToEnd(id, { deadline: 60000 });
        const end = seen.terminal.event === 'complete' ? 'complete' : seen.terminal.data.code;
        const message = seen.terminal.data.message ?? '';
        assert.equal(end, fault.end, message);
        assert.equal(seen.text, fault.text);
        assert.equal(attempts.get(number), fault.calls, 'calls of the provider');
        assert.ok(!message.includes('secret words'), 'the words of the provider are not passed on');
        assertPlainWords(message);
        if (fault.end === 'provider_rejected') assert.match(message, /\(model default\)/, 'the alias is named');
        const ended = await endOf(server, id);
        assert.equal(ended.charged, fault.charged, JSON.stringify(ended));
        const failed = server.logs().find((line) => line.event === 'provider_failed' && line.run === id);
        if (fault.end === 'complete' || fault.end === 'provider_content_filter') assert.equal(failed, undefined);
        else assert.equal(failed?.code, fault.end, 'the failure is logged');
        if (fault.advice) assert.match(failed.advice, fault.advice, 'with what the operator is to do');
        assert.ok(!server.stderr.includes('secret words'));
      }),
    ),
  );
  assert.deepEqual(provider.failures, []);
}

for (const protocol of Object.keys(protocols)) {
  for (const client of ['own', 'curl']) {
    for (const tls of [null, 'good']) {
      const name = `X7: faults of a provider that speaks ${protocol}${tls ? ' over TLS' : ''}, http_client = "${client}"`;
      test(name, { timeout: 120000 }, (t) => playFaults(t, protocol, client, tls));
    }
  }
}

test('X7: the table of docs/PROVIDERS.md is what is tested', async () => {
  const page = await readFile(new URL('../../docs/PROVIDERS.md', import.meta.url), 'utf8');
  const [, table] = /<!-- faults -->\n([^]*?)\n<!-- \/faults -->/.exec(page);
  assert.equal(table.trim(), faultTable());
});
