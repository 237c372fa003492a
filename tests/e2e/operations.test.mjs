// X10, A13, X11: what an operator sees of the server.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { begin, sleep, until } from './lib/deadline.mjs';
import { fullDisk } from './lib/full_disk.mjs';
import { call } from './lib/http.mjs';
import { assertProblem } from './lib/problem.mjs';
import { belay, startServer } from './lib/server.mjs';

const example = new URL('../../docs/belay.example.toml', import.meta.url);

// The sum over its labels of a metric; undefined if it is not there.
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
    assert.equal(await metric(server, 'belay_runs_active'), 1);
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
  const following = begin(client.followToEnd(running));
  await sleep(300);
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
  const check = async (text) => {
    const file = path.join(home, 'belay.toml');
    await writeFile(file, text);
    return belay(['config', 'check', file]);
  };
  await t.test('the documented example is good', async () => {
    const { code, stdout, stderr } = await check(await readFile(example, 'utf8'));
    assert.equal(code, 0, stdout + stderr);
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
    const file = path.join(home, 'belay.toml');
    await writeFile(file, '[server]\nport = 99999\nprot = 1\n');
    const { code, stdout, stderr } = await belay(['serve', '--config', file, '--data', path.join(home, 'data')]);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /belay\.toml:2\b[^]*belay\.toml:3\b/);
  });
});
