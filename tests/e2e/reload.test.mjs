// P3, X10: SIGHUP reloads models, limits and personas. The server rejects the whole file if any part is invalid.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { table } from './lib/config.mjs';
import { until } from './lib/deadline.mjs';
import { startServer } from './lib/server.mjs';

const base = table('[[models]]', { alias: 'demo', provider: 'scripted' });
const providers = table('[[providers]]', { name: 'scripted', kind: 'scripted' });

const config = ({ chat = 60, personas = '', models = base }) =>
  [table('[assistant]', { rate_chat: chat }), providers, models, personas].join('\n');

test('X10: what a reload could not change is named, without its values', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { config: config({}) });
  const told = () => server.logs().filter((line) => line.event === 'reload_needs_restart');

  assert.equal((await reload(server, config({ chat: 10 })))[0].event, 'reloaded');
  assert.deepEqual(told(), [], 'limits are taken at once: nothing waits');

  const more = [
    '[server]\nport = 12345\ntrusted_proxies = ["10.1.2.3"]\n',
    '[log]\nlevel = "debug"\n',
    table('[auth]', { leeway: '7s', audience: 'somebody' }),
  ].join('\n');
  const slower = config({ chat: 20 }).replace('kind = "scripted"', 'kind = "scripted"\nseed = 98765');
  assert.equal((await reload(server, `${slower}\n${more}`))[0].event, 'reloaded');
  await until(5000, 'the line is there', () => told().length === 1);
  const [line] = told();
  assert.equal(line.level, 'warning');
  // The port is not in the list: the command line sets it, before and after the reload.
  assert.deepEqual(line.settings.split(', ').sort(), ['auth.leeway', 'log.level', 'providers[0].seed', 'server.trusted_proxies']);
  assert.equal(line.count, 4);
  for (const value of ['10.1.2.3', '98765', '12345', 'somebody']) assert.ok(!JSON.stringify(line).includes(value));

  assert.equal((await reload(server, config({ chat: 30 })))[0].event, 'reloaded');
  assert.equal(told().length, 1, 'the file is as the server again');
});

test('X10: a reload refuses what a start refuses, and shows no secret', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { config: config({}) });
  const wrong = [
    table('[[auth.keys]]', { env: 'E2E_MISSING_KEY' }),
    table('[[providers]]', { name: 'x', kind: 'openai', api_key_env: 'sk-T0pSecret' }),
    table('[server]', { trusted_proxies: ['nobody'] }),
  ];
  const lines = await reload(server, [config({ chat: 11 }), ...wrong].join('\n'));
  await until(5000, 'all is told', () => server.logs().filter((line) => line.event === 'reload_refused').length === 3);
  assert.equal(lines[0].event, 'reload_refused');
  for (const what of [/auth\.keys\[0\]\.env/, /providers\[1\]\.api_key_env/, /server\.trusted_proxies/])
    assert.match(server.stderr, what);
  assert.ok(!server.stderr.includes('T0pSecret'));
});

// Writes the file, sends SIGHUP, and waits for the line in the log that reports the result.
async function reload(server, text) {
  const before = server.logs().length;
  await writeFile(server.configFile, text);
  server.child.kill('SIGHUP');
  const news = () => server.logs().slice(before);
  const last = () => news().find((line) => ['reloaded', 'reload_refused'].includes(line.event));
  await until(10000, 'the server says what became of it', () => last() !== undefined);
  return news().filter((line) => ['reloaded', 'reload_refused'].includes(line.event));
}

test('X10: limits are read again on SIGHUP, and a bad file is refused whole', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { config: config({}) });
  const client = new Assistant(server, 'ann');
  const post = () => client.call('POST', '/assistant/request', { json: { prompt: 'echo:hi', mode: 'chat' } });
  const remaining = async () => /;r=(\d+)/.exec((await post()).headers.ratelimit)?.[1];
  assert.equal(await remaining(), '59');

  const [done] = await reload(server, config({ chat: 10 }));
  assert.equal(done.event, 'reloaded', JSON.stringify(done));
  assert.equal(await remaining(), '8', 'the limit is ten now, and what was counted still counts');

  const mistake = config({ chat: 50 }).replace('rate_chat = 50', 'rate_chat = 50\nrate_chta = 3');
  const refused = await reload(server, mistake);
  assert.ok(
    refused.every((line) => line.event === 'reload_refused'),
    JSON.stringify(refused),
  );
  assert.match(JSON.stringify(refused), /rate_chta/, 'what is wrong is named');
  assert.match(JSON.stringify(refused), /belay\.toml:\d+/, 'and where');
  assert.equal(await remaining(), '7', 'nothing of the bad file took effect');

  const absent = table('[[models]]', { alias: 'demo', provider: 'nobody' });
  assert.equal((await reload(server, config({ chat: 50, models: absent })))[0].event, 'reload_refused');
  const twice = table('[[personas]]', { name: 'pirate', prompt: 'Arr.' }).repeat(2);
  assert.equal((await reload(server, config({ chat: 50, personas: twice })))[0].event, 'reload_refused');
  assert.equal(await remaining(), '6');

  const again = await reload(server, config({ chat: 50 }));
  assert.equal(again[0].event, 'reloaded');
  assert.equal(await remaining(), '45');
  const page = (await client.call('GET', '/metrics')).text;
  assert.match(page, /^belay_reloads_total\{outcome="done"\} 2$/m);
  assert.match(page, /^belay_reloads_total\{outcome="refused"\} 3$/m);
});
