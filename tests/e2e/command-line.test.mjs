// X11: the commands other than `serve`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { table } from './lib/config.mjs';
import { begin, sleep, until, within } from './lib/deadline.mjs';
import { newKey } from './lib/jwt.mjs';
import { readersSoFar } from './lib/metrics_page.mjs';
import { belay, binary, startServer } from './lib/server.mjs';

test('X11: --help teaches', { timeout: 30000 }, async () => {
  const commands = ['', 'serve', 'chat', 'token', 'config', 'config check', 'journal', 'journal show', 'backup', 'restore'];
  for (const command of commands) {
    const { code, stdout } = await belay([...command.split(' ').filter(Boolean), '--help']);
    assert.equal(code, 0);
    assert.ok(stdout.length > 100, `belay ${command} --help`);
  }
});

test('X11: a mistyped command or option is refused with a hint', { timeout: 30000 }, async () => {
  for (const args of [['sevre'], ['serve', '--prot', '1'], ['serve', '--port', 'x'], ['token']]) {
    const { code, stdout, stderr } = await belay(args);
    assert.equal(code, 2, `belay ${args.join(' ')}: ${stderr}`);
    assert.ok((stdout + stderr).length > 0);
  }
});

test('X11: "belay chat" prints the answer, and nothing else, on standard output', { timeout: 30000 }, async (t) => {
  const server = await startServer(t);
  const answer = await belay(['chat', '--url', server.origin, 'echo:20 words']);
  assert.equal(answer.code, 0, answer.stderr);
  assert.equal(answer.stdout.trimEnd(), words(20));
  const refused = await belay(['chat', '--url', server.origin, '--token', 'nonsense', 'echo:x']);
  assert.equal(refused.code, 1);
  assert.equal(refused.stdout, '');
});

test('X11, X2: "belay chat" goes on where it was after kill -9', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { restarts: true });
  const chatting = begin(belay(['chat', '--url', server.origin, 'echo:400 words @100/s'], { deadline: 40000 }));
  await until(20000, 'it reads the answer', async () => (await readersSoFar(server)) > 0);
  await sleep(500);
  await server.restart();
  const { code, stdout, stderr } = await chatting;
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trimEnd(), words(400));
});

test('X11: what a server says does nothing to a terminal', { timeout: 60000 }, async (t) => {
  const id = '20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427';
  const evil = 'red\u001b[31m c1\u009b31m title\u009d0;x\u009c bell\u0007 back\u202edrow del\u007f end';
  const event = (name, data, offset) => `id: 1-${offset}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') {
      response.writeHead(201, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ request_id: id, status: 'queued' }));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // A C1 control character, split between two tokens, and an escape sequence that is cut after its first character.
    response.write(event('response_chunk', { content: 'cut\u001b' }, 1));
    response.write(event('response_chunk', { content: '[31m cut\u009b' }, 2));
    response.write(event('response_chunk', { content: evil }, 3));
    response.write(event('action', { id: 'c', name: evil, arguments: { a: evil } }, 4));
    response.end(event('error', { code: 'internal', message: evil, retryable: false }, 5));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const command = ['chat', '--url', `http://127.0.0.1:${server.address().port}`, 'hello'];
  // `script` runs the command in a terminal.
  const child = spawn('script', ['-qec', [binary, ...command].join(' '), '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let shown = '';
  child.stdout.on('data', (bytes) => (shown += bytes.toString('utf8')));
  await within(20000, 'belay chat ends', new Promise((resolve) => child.on('close', resolve)));
  const { stdout, stderr } = await belay(command);
  for (const text of [shown.replaceAll('\r\n', '\n'), stderr]) {
    assert.match(text, /red\[31m c131m title0;x bell backdrow del end/);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
  assert.match(shown, /cut\[31m cut/);
  assert.ok(stdout.includes(evil), 'a file or a pipe gets the answer as it came');
});

test('X11: "belay token" makes tokens that the server takes', { timeout: 30000 }, async (t) => {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-token-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const file = path.join(home, 'secret');
  await writeFile(file, newKey('HS256').secret);
  const config = [
    table('[auth]', { issuer: 'https://issuer.example', audience: 'belay' }),
    table('[[auth.keys]]', { file, alg: 'HS256' }),
    table('[[providers]]', { name: 'scripted', kind: 'scripted' }),
    table('[[models]]', { alias: 'default', provider: 'scripted' }),
  ].join('\n');
  const server = await startServer(t, { dev: false, config });
  const made = await belay(['token', '--config', server.configFile, '--user', 'ann', '--tier', 'pro']);
  assert.equal(made.code, 0, made.stderr);
  const client = new Assistant(server, 'ann', { token: made.stdout.trim() });
  assert.equal((await client.followToEnd(await client.ask('echo:hi'))).text, 'hi');
});

test(
  'X11: "belay journal show" reads a journal aloud, without the words that are in it',
  { timeout: 30000 },
  async (t) => {
    const server = await startServer(t);
    const client = new Assistant(server, 'alice');
    const id = await client.ask('echo:a xylophone and more @2/s');
    const stream = client.stream(id);
    await stream.collect({ last: (event) => event.event === 'response_chunk' });
    stream.rst();
    await server.kill9();
    const { code, stdout, stderr } = await belay(['journal', 'show', server.dataDir]);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(id), stdout.slice(0, 500));
    assert.doesNotMatch(stdout, /xylophone/);
  },
);
