// X10, A13, X11: what operators see: health, metrics, logs, configuration.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { begin, sleep, until } from './lib/deadline.mjs';
import { fullDisk } from './lib/full_disk.mjs';
import { call } from './lib/http.mjs';
import { documentedMetrics, parsePage } from './lib/metrics_page.mjs';
import { assertProblem } from './lib/problem.mjs';
import { belay, binary, startServer } from './lib/server.mjs';

const example = new URL('../../docs/belay.example.toml', import.meta.url);

// The sum of a metric over all its labels, or undefined if there is no such metric.
async function metric(server, name) {
  const { text } = await call(server.port, 'GET', '/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.length ? lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0) : undefined;
}

test('X10, X16: an idle server answers for itself', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  await t.test('it prints one line when it is ready, and nothing else', () => {
    assert.equal(server.stdout, `listening on ${server.origin}\n`);
  });
  await t.test('/healthz and /readyz are 200 without sign-in', async () => {
    assert.equal((await call(server.port, 'GET', '/healthz')).status, 200);
    assert.equal((await call(server.port, 'GET', '/readyz')).status, 200);
  });
  await t.test('/metrics is a Prometheus page', async () => {
    const { status, headers, text } = await call(server.port, 'GET', '/metrics');
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^text\/plain; *version=0\.0\.4/);
    for (const line of text.split('\n').filter(Boolean)) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_:][a-z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? \S+)$/);
    }
  });
  await t.test('/docs is a page about the API, which names every path', async () => {
    const page = await call(server.port, 'GET', '/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.doesNotMatch(page.text, /src="https?:/, 'nothing is fetched from elsewhere');
    const description = await call(server.port, 'GET', '/openapi.json');
    assert.equal(description.status, 200);
    assert.match(description.json.openapi, /^3\./);
    const documented = Object.keys(description.json.paths);
    for (const each of [
      '/assistant/request',
      '/assistant/stream/{request_id}',
      '/assistant/request/{request_id}',
      '/auth/ticket',
      '/auth/session',
      '/healthz',
    ]) {
      assert.ok(documented.includes(each), `${each} is described`);
    }
  });
  await t.test('every answer names its exchange', async () => {
    assert.match((await call(server.port, 'GET', '/healthz')).headers['x-request-id'] ?? '', /^\S+$/);
  });
});

const table = new URL('../../docs/OPERATIONS.md', import.meta.url);

test('A13: every counter exists from the start, and the page is what the document lists', { timeout: 60000 }, async (t) => {
  const model = (alias, more) => `[[models]]\nalias = "${alias}"\nprovider = "s"\n${more}\n`;
  const provider = '[[providers]]\nname = "s"\nkind = "scripted"\n';
  const server = await startServer(t, { config: provider + model('a', 'fallbacks = ["b"]') + model('b', '') });
  const page = parsePage((await call(server.port, 'GET', '/metrics')).text);
  const documented = await documentedMetrics();
  assert.deepEqual(Object.keys(page).sort(), Object.keys(documented).sort());
  for (const [name, { type, series }] of Object.entries(page)) {
    assert.equal(type, documented[name].type, name);
    assert.ok(series.length > 0, `${name} has a series from the start`);
    for (const { labels } of series) assert.deepEqual(Object.keys(labels).sort(), [...documented[name].labels].sort(), name);
  }
  const values = (name, label) => [...new Set(page[name].series.map(({ labels }) => labels[label]))].sort();
  assert.deepEqual(values('belay_runs_started_total', 'surface'), ['ag_ui', 'anthropic', 'assistant', 'chat', 'goal_coach', 'openai', 'persona', 'sendsage']);
  assert.deepEqual(values('belay_tokens_total', 'model'), ['a', 'b']);
  assert.deepEqual(values('belay_fallbacks_total', 'by'), ['b']);
  assert.deepEqual(values('belay_provider_call_duration_seconds', 'outcome'), ['cancelled', 'completed', 'failed']);
  assert.ok(values('belay_errors_total', 'code').includes('provider_timeout'));
  const began = Object.entries(page).filter(([name, { type }]) => type !== 'gauge' && /^belay_(runs|errors|tokens|cost|cache|provider|streams|limit|auth|fallbacks|reloads)/.test(name));
  assert.ok(began.length > 20);
  for (const [name, { series }] of began) for (const { value } of series) assert.equal(value, 0, name);

  const client = new Assistant(server, 'alice');
  await client.followToEnd(await client.ask('echo:5 words'));
  await client.cancel(await client.ask('echo:500 words @1/s'));
  const count = async (name, outcome) => {
    const now = parsePage((await call(server.port, 'GET', '/metrics')).text);
    return now[name].series.find(({ labels }) => labels.outcome === outcome).value;
  };
  await until(5000, 'the calls are timed', async () => {
    const all = ['completed', 'cancelled'].map((each) => count('belay_provider_call_duration_seconds', each));
    return (await Promise.all(all)).join() === '1,1';
  });
  assert.equal(await count('belay_provider_first_token_seconds', 'completed'), 1);
});

test('X22: metrics have a listener of their own, and are refused to what comes from elsewhere', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const operations = server.logs().find((line) => line.event === 'operations_listening');
  assert.ok(operations, server.tail());
  assert.equal(operations.address, '127.0.0.1');
  assert.notEqual(operations.port, server.port);
  assert.equal(operations.url, `http://127.0.0.1:${operations.port}`);
  await t.test('the operations listener serves metrics and health, and nothing else', async () => {
    for (const where of ['/metrics', '/api/metrics'])
      assert.match((await call(operations.port, 'GET', where)).text, /^belay_runs_live 0$/m);
    for (const where of ['/healthz', '/readyz']) assert.equal((await call(operations.port, 'GET', where)).status, 200);
    for (const where of ['/docs', '/assistant/request', '/auth/session', '/'])
      assert.equal((await call(operations.port, 'GET', where)).status, 404, where);
  });
  await t.test('a page that found its way by another name is refused there', async () => {
    const headers = { host: `rebound.example.com:${operations.port}` };
    assertProblem(await call(operations.port, 'GET', '/metrics', { headers }), 403, 'forbidden');
  });
  const forwarding = {
    Forwarded: 'for=127.0.0.1',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Host': 'localhost',
    'X-Forwarded-Proto': 'http',
    'X-Real-IP': '127.0.0.1',
    Via: '1.1 proxy',
    'CF-Connecting-IP': '127.0.0.1',
    'True-Client-IP': '127.0.0.1',
    'X-Client-IP': '127.0.0.1',
    Host: 'chat.example.com',
  };
  for (const [name, value] of Object.entries(forwarding)) {
    await t.test(`the main listener refuses them with ${name}`, async () => {
      for (const where of ['/metrics', '/api/metrics']) {
        const answer = await call(server.port, 'GET', where, { headers: { [name]: value } });
        // In development mode the server rejects an unknown Host before it looks at the path.
        if (name === 'Host') assert.ok([400, 403].includes(answer.status), answer.text);
        else assertProblem(answer, 403, 'forbidden');
        assert.doesNotMatch(answer.text, /belay_runs_live/);
      }
      if (name !== 'Host')
        assert.equal((await call(server.port, 'GET', '/healthz', { headers: { [name]: value } })).status, 200);
    });
  }
  await t.test('directly, they are there on the main one too', async () => {
    assert.equal((await call(server.port, 'GET', '/metrics')).status, 200);
  });
  await t.test('a proxy that is trusted makes them no less private', async (t) => {
    const behind = await startServer(t, { settings: { 'server.trusted_proxies': '127.0.0.1' } });
    const headers = { 'X-Forwarded-For': '127.0.0.1' };
    assertProblem(await call(behind.port, 'GET', '/metrics', { headers }), 403, 'forbidden');
  });
  await t.test('process.metrics_for_all lifts it', async (t) => {
    const open = await startServer(t, { settings: { 'process.metrics_for_all': true } });
    assert.equal((await call(open.port, 'GET', '/metrics', { headers: { 'X-Forwarded-For': '192.0.2.7' } })).status, 200);
  });
  await t.test('it goes on while the server drains', async () => {
    const client = new Assistant(server, 'alice');
    const id = await client.ask('echo:2000 words @5/s');
    const ended = begin(server.sigterm());
    await until(5000, 'it drains', async () => (await call(operations.port, 'GET', '/readyz')).status === 503);
    assert.match((await call(operations.port, 'GET', '/metrics')).text, /^belay_runs_live 1$/m);
    await client.cancel(id);
    assert.equal((await ended).code, 0);
  });
});

test('X22: the port of the operations listener', { timeout: 60000 }, async (t) => {
  const portOf = (server) => server.logs().findLast((line) => line.event === 'operations_listening')?.port;
  const key = '[[auth.keys]]\nenv = "E2E_KEY"\n';
  const options = { dev: false, config: key, env: { E2E_KEY: 'x'.repeat(32) }, restarts: true };
  await t.test('two servers as configured run beside each other', async (t) => {
    const one = await startServer(t, options);
    const two = await startServer(t, options);
    assert.ok(portOf(one) && portOf(two) && portOf(one) !== portOf(two), `${portOf(one)}, ${portOf(two)}`);
    assert.ok(portOf(two) === 9464 || two.logs().some((line) => line.event === 'operations_port_taken'), two.tail());
    assert.equal((await call(portOf(two), 'GET', '/healthz')).status, 200);
  });
  await t.test('one that was chosen is that one, or an error that names the setting', async (t) => {
    const first = await startServer(t, { settings: { 'operations.port': 0 } });
    const port = portOf(first);
    const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-operations-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const second = await belay(['serve', '--dev', '--port', '0', '--data', home], { env: { BELAY_OPERATIONS_PORT: String(port) } });
    assert.equal(second.code, 1, second.stderr);
    assert.equal(second.stdout, '');
    assert.match(second.stderr, new RegExp(`${port}[^]*operations\\.port`));
  });
  await t.test('it can be left out', async (t) => {
    const server = await startServer(t, { settings: { 'operations.enabled': false } });
    assert.equal(portOf(server), undefined);
    assert.equal((await call(server.port, 'GET', '/metrics')).status, 200);
  });
});

// systemd is not required for these tests, because containers rarely have it.
test('the unit of docs/OPERATIONS.md is sound and tight', { timeout: 60000 }, async (t) => {
  const run = (args) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  if (run(['--version']).error) return t.skip('systemd-analyze is not installed');
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-unit-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const unit = path.join(home, 'belay.service');
  const [, text] = /```ini\n([^]*?)```/.exec(await readFile(table, 'utf8'));
  await writeFile(unit, text.replace('/usr/local/bin/belay', binary));
  const verified = run(['verify', unit]);
  assert.equal(verified.status, 0, verified.stderr);
  assert.equal(verified.stderr.includes(unit), false, verified.stderr);
  const rated = run(['security', '--offline=true', '--threshold=20', '--no-pager', unit]);
  assert.equal(rated.status, 0, `its exposure is at most 2.0 of 10: ${rated.stdout.trim().split('\n').at(-1)}`);
});

test('a server that runs as root says so, once, and says what to do', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const lines = server.logs().filter((line) => line.event === 'running_as_root');
  assert.equal(lines.length, process.getuid() === 0 ? 1 : 0);
  for (const line of lines) {
    assert.equal(line.level, 'warning');
    assert.match(line.text, /user of its own/);
  }
});

test(
  'A13: metrics and logs follow a request from its making to its end, without a word of the prompt',
  { timeout: 60000 },
  async (t) => {
    const server = await startServer(t);
    const client = new Assistant(server, 'alice');
    const secret = 'xylophone-of-the-prompt';
    const id = await client.ask(`echo:${secret} 500 @1/s`, {
      context: { note: `${secret}-context` },
      track_id: `${secret}-track`,
    });
    const stream = client.stream(id);
    await stream.head;
    await until(5000, 'the request is active', async () => (await metric(server, 'belay_runs_active')) === 1);
    await client.cancel(id);
    await stream.collect();
    await client.followToEnd(await client.ask(`echo:${secret}`));
    await until(5000, 'no request is active', async () => (await metric(server, 'belay_runs_active')) === 0);
    await client.post('');
    const exit = await server.sigterm();
    assert.equal(exit.code, 0);
    const logs = server.logs();
    assert.deepEqual(
      logs.filter((line) => line.broken !== undefined),
      [],
      'every line is JSON',
    );
    assert.ok(!server.stderr.includes(secret), 'no prompt text');
    assert.ok(
      logs.filter((line) => JSON.stringify(line).includes(id)).length >= 3,
      'the request can be followed by its id',
    );
    for (const line of logs) assert.ok(line.time && line.level && line.event, JSON.stringify(line));
  },
);

test('X10: a second process on the same data is refused, and the first one goes on', { timeout: 60000 }, async (t) => {
  const server = await startServer(t);
  const client = new Assistant(server, 'alice');
  const id = await client.ask('echo:300 words @300/s');
  const following = begin(client.followToEnd(id));
  const second = await belay(['serve', '--dev', '--port', '0', '--data', server.dataDir]);
  assert.notEqual(second.code, 0);
  assert.equal(second.signal, null);
  assert.equal(second.stdout, '', 'it never listened');
  assert.match(second.stderr, /another|in use|locked/);
  const { text, connections } = await following;
  assert.equal(text, words(300));
  assert.equal(connections, 1);
});

test('X10: a port that is taken is a clear error', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-second-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const second = await belay(['serve', '--dev', '--port', String(server.port), '--data', home]);
  assert.notEqual(second.code, 0);
  assert.equal(second.signal, null);
  assert.match(second.stderr, new RegExp(String(server.port)));
});

test('X10: a full disk refuses new runs with 503 and loses nothing', { timeout: 60000 }, async (t) => {
  const disk = await fullDisk(t);
  const server = await startServer(t, { env: disk.env, restarts: true });
  const client = new Assistant(server, 'alice');
  const before = await client.ask('echo:50 words');
  const whole = await client.followToEnd(before);
  const running = await client.ask('echo:900 words @300/s');
  let streamed = '';
  const following = begin(client.followToEnd(running, { onEvent: (seen) => (streamed = seen.text) }));
  await until(10000, 'the answer is flowing', () => streamed !== '');
  await disk.fill();
  const refused = await until(
    10000,
    'a new run is refused',
    async () => {
      const answer = await client.post('echo:x');
      if (answer.status === 201) await client.cancel(answer.json.request_id);
      return answer.status === 201 ? null : answer;
    },
    100,
  );
  assertProblem(refused, 503, 'storage_full');
  assert.equal((await client.followToEnd(before)).text, whole.text, 'what is there can be read');
  assert.equal((await call(server.port, 'GET', '/healthz')).status, 200);
  await sleep(500);
  await disk.empty();
  const { text, terminal } = await following;
  if (terminal.event === 'complete') assert.equal(text, words(900));
  else assert.ok(words(900).startsWith(text) && text.length > 0, `what was streamed is kept (${terminal.data.code})`);
  await until(10000, 'new runs are accepted again', async () => (await client.post('echo:x')).status === 201, 200);
  await server.restart();
  const after = await client.followToEnd(running);
  assert.equal(after.text, text, 'what was streamed is what is stored');
  assert.equal(after.terminal.event, terminal.event);
});

test('X10: config check', { timeout: 60000 }, async (t) => {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-config-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const file = path.join(home, 'belay.toml');
  const check = async (text, { args = [], env = {} } = {}) => {
    await writeFile(file, text);
    return belay(['config', 'check', ...args, file], { env });
  };
  await t.test('the documented example is good, once somebody can sign in', async () => {
    const text = await readFile(example, 'utf8');
    const { code, stdout, stderr } = await check(text, { args: ['--dev'] });
    assert.equal(code, 0, stdout + stderr);
    const without = await check(text);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /auth\.keys: Nobody could sign in/);
    assert.match(without.stderr, /\b1 problem\n$/);
  });
  await t.test('all that is wrong is reported together, each with its line', async () => {
    const { code, stdout, stderr } = await check(
      '[server]\nport = 99999\nprot = 8080\nheader_deadline = "soon"\n\n[nonsense]\na = 1\n',
    );
    assert.notEqual(code, 0);
    const said = stdout + stderr;
    for (const line of [2, 3, 4]) assert.match(said, new RegExp(`belay\\.toml:${line}\\b`), said);
    assert.match(said, /belay\.toml:[67]\b/);
    assert.match(said, /port/, 'a mistyped key is answered with the one that was meant');
  });
  await t.test('a syntax error names its line', async () => {
    const { code, stdout, stderr } = await check('[server]\nport = = 1\n');
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /belay\.toml:2\b/);
  });
  await t.test('a file that is not there is named', async () => {
    const { code, stdout, stderr } = await belay(['config', 'check', path.join(home, 'none.toml')]);
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /none\.toml/);
  });
  await t.test('serve refuses the same file with the same words and listens nowhere', async () => {
    await writeFile(file, '[server]\nport = 99999\nprot = 1\n');
    const { code, stdout, stderr } = await belay(['serve', '--config', file, '--data', path.join(home, 'data')]);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /belay\.toml:2\b[^]*belay\.toml:3\b/);
  });
  // Errors that only `serve` reported in earlier versions. `config check` and `serve` must report each with the same text, and
  // without any secret.
  const secret = 'T0pSecretValueOfAKey';
  const provider = '[[providers]]\nname = "xai"\nkind = "openai"\n';
  const key = '[[auth.keys]]\nenv = "E2E_KEY"\n';
  const env = { E2E_KEY: 'x'.repeat(32), BELAY_SERVER_PORT: '0' };
  const wrong = {
    'no key at all': '',
    'a missing secret': '[[auth.keys]]\nenv = "E2E_MISSING"\n',
    'a short secret': { text: key, env: { ...env, E2E_KEY: 'short' } },
    'a key file that is not there': '[[auth.keys]]\nfile = "/nonexistent/key.pem"\n',
    'a key pasted into api_key_env': `${key}${provider}api_key_env = "sk-${secret}"\n`,
    'a secret pasted into env': `[[auth.keys]]\nenv = "${secret}=="\n`,
    'a secret pasted into file': `[[auth.keys]]\nfile = "${secret}"\nalg = "HS256"\n`,
    'credentials in an address': `${key}${provider}base_url = "https://ann:${secret}@127.0.0.1/v1"\n`,
    'credentials in a proxy': `${key}${provider}proxy = "http://ann:${secret}@127.0.0.1:3128"\n`,
    'credentials in a JWKS address': `[[auth.keys]]\njwks_url = "https://ann:${secret}@127.0.0.1/keys"\n`,
    'an address without TLS': `${key}${provider}base_url = "http://example.com/v1"\n`,
    'a CA file that is none': `${key}${provider}ca_file = "/dev/null"\n`,
    'two surfaces with one path': `${key}[persona]\nprefix = "/api"\n`,
    'a name in place of an address': `${key}[server]\naddress = "localhost"\n`,
    'an address of another machine': `${key}[server]\naddress = "192.0.2.1"\n`,
    'a proxy that is no network': `${key}[server]\ntrusted_proxies = ["proxy"]\n`,
    'a data directory that is a file': `${key}[process]\ndata_directory = "/dev/null/data"\n`,
    'two tiers of one name': `${key}[tiers]\norder = ["basic", "pro", "Pro", "enterprise"]\n`,
    'a schema that is none': `${key}[[assistant.actions]]\nname = "a"\nschema = "[]"\n`,
    'a setting of the environment': { text: key, env: { ...env, BELAY_SERVER_TRUSTED_PROXIES: 'proxy' } },
  };
  for (const [what, given] of Object.entries(wrong)) {
    await t.test(`serve and check refuse ${what} in the same words`, async () => {
      const { text, env: its } = typeof given === 'string' ? { text: given, env } : given;
      const checked = await check(text, { env: its });
      assert.equal(checked.code, 1, checked.stdout + checked.stderr);
      const data = text.includes('data_directory') ? [] : ['--data', path.join(home, 'data')];
      const served = await belay(['serve', '--config', file, ...data], { env: its });
      assert.equal(served.code, 2, served.stderr);
      assert.equal(served.stdout, '', 'it never listened');
      const told = checked.stderr.split('\n').filter((line) => line && !/\d problems?$/.test(line));
      assert.deepEqual(served.stderr.split('\n').filter(Boolean), told.map((line) => `belay: ${line}`));
      assert.ok(told.length >= 1 && told.every((line) => /^(.*belay\.toml|environment variable)/.test(line)), checked.stderr);
      for (const said of [checked, served]) assert.ok(!(said.stdout + said.stderr).includes(secret), said.stderr);
    });
  }
  await t.test('what check accepts, serve starts with', async (t) => {
    const text = `${key}${provider}api_key_env = "E2E_MISSING"\n`;
    const checked = await check(text, { env });
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.stdout, /note: Provider "xai": No API key: the environment variable E2E_MISSING/);
    await startServer(t, { dev: false, config: text, env });
  });
  await t.test('check makes nothing and may run beside the server', async (t) => {
    const server = await startServer(t, { dev: false, config: key, env });
    const text = `[server]\nport = ${server.port}\n[process]\ndata_directory = "${server.dataDir}"\n${key}`;
    const checked = await check(text, { env });
    assert.equal(checked.code, 0, checked.stderr);
    const elsewhere = path.join(home, 'not', 'made');
    const fresh = await check(text.replace(server.dataDir, elsewhere), { env });
    assert.equal(fresh.code, 0, fresh.stderr);
    assert.equal(existsSync(path.join(home, 'not')), false);
  });
  await t.test('--file-only looks at the text alone', async () => {
    const { code, stderr } = await check('[[auth.keys]]\nenv = "E2E_MISSING"\n', { args: ['--file-only'] });
    assert.equal(code, 0, stderr);
  });
});
