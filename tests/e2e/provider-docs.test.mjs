// P4: every configuration that docs/PROVIDERS.md shows is valid, and a server starts with it.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { table } from './lib/config.mjs';
import { belay, startServer } from './lib/server.mjs';

const page = await readFile(new URL('../../docs/PROVIDERS.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```toml\n([^]*?)```/g)].map(([, text]) => text);

test('P4: there is an example for each of the five', () => {
  for (const address of ['integrate.api.nvidia.com', ':8000/v1', ':8080/v1', ':11434/v1', 'openrouter.ai'])
    assert.ok(
      examples.some((example) => example.includes(address)),
      address,
    );
});

for (const [number, example] of examples.entries()) {
  const [, name] = /name = "([^"]+)"/.exec(example);
  test(`P4: the example ${number + 1} (${name}) is loaded`, { timeout: 30000 }, async (t) => {
    const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-example-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const file = path.join(home, 'belay.toml');
    const config = `${example}\n${table('[[auth.keys]]', { env: 'E2E_KEY', alg: 'HS256' })}`;
    await writeFile(file, config);
    const checked = await belay(['config', 'check', file], { env: { E2E_KEY: 'x'.repeat(32) } });
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    await startServer(t, { dev: false, config, env: { E2E_KEY: 'x'.repeat(32) } });
  });
}
