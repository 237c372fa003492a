// X10: the data directory, its disk, and the processors that the server may use.
import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { Chat } from './lib/chat.mjs';
import { begin, sleep, slowness, until } from './lib/deadline.mjs';
import { fullDisk } from './lib/full_disk.mjs';
import { call } from './lib/http.mjs';
import { assertProblem } from './lib/problem.mjs';
import { belay, startServer } from './lib/server.mjs';

const ready = (server) => call(server.port, 'GET', '/readyz');

// Waits until /readyz reports this reason. With `reason` null, until it reports none.
function untilDegraded(server, reason) {
  return until(20000, `/readyz says ${reason ?? 'that all is well'}`, async () => {
    const answer = await ready(server);
    const reasons = answer.json.degraded ?? [];
    return (reason === null ? reasons.length === 0 : reasons.includes(reason)) ? answer : null;
  }, 50);
}

// Checks that the log has one line when the state begins and one when it ends, and not one line per attempt.
async function assertTwoLines(server, reason) {
  const of = (event) => server.logs().filter((line) => line.event === event && line.reason === reason);
  await until(5000, `the log says that ${reason} has ended`, () => of('degraded_ended').length > 0);
  assert.equal(of('degraded').length, 1, `${reason} begins once:\n${server.tail()}`);
  assert.equal(of('degraded_ended').length, 1, `${reason} ends once`);
  const begun = of('degraded')[0];
  assert.equal(begun.level, 'error');
  assert.ok(begun.detail.length > 0 && begun.advice.length > 0);
}

async function gauge(server, name) {
  const { text } = await call(server.port, 'GET', '/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

async function journalOnDisk(server) {
  let bytes = 0;
  const names = await readdir(path.join(server.dataDir, 'journal'));
  for (const name of names) {
    const at = path.join(server.dataDir, 'journal', name);
    bytes += ((await lstat(at).catch(() => null))?.blocks ?? 0) * 512;
  }
  return { files: names.length, bytes };
}

async function newHome(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-disk-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  return home;
}

test('X10: there are as many loops as processors that the server may use', { timeout: 60000 }, async (t) => {
  const loops = (server) => until(5000, 'it is logged', () => server.logs().find((line) => line.event === 'listening')?.loops);
  const bound = await startServer(t, { under: ['taskset', '-c', '0'] });
  assert.equal(await loops(bound), 1, 'by affinity');
  const free = await startServer(t);
  assert.ok((await loops(free)) >= 1 && (await loops(free)) <= cpus().length);
  const configured = await startServer(t, { under: ['taskset', '-c', '0'], settings: { 'process.threads': 3 } });
  assert.equal(await loops(configured), 3, 'what is configured counts');
});

test('X10: a data directory that others can write to, or that holds links, is refused', { timeout: 60000 }, async (t) => {
  const home = await newHome(t);
  const data = path.join(home, 'data');
  const serve = () => belay(['serve', '--dev', '--port', '0', '--data', data]);
  const refused = async (what) => {
    const { code, stdout, stderr } = await serve();
    assert.notEqual(code, 0, what);
    assert.equal(stdout, '', `${what}: it never listened`);
    return stderr;
  };
  await mkdir(data);
  for (const mode of [0o777, 0o702, 0o1777]) {
    await chmod(data, mode);
    assert.match(await refused(`mode ${mode.toString(8)}`), /Others can write.*chmod go-w/);
  }
  await chmod(data, 0o755);
  const target = path.join(home, 'target');
  for (const name of ['lock', 'belay.db', 'belay.db-wal', 'journal', 'tickets', 'ticket.key']) {
    await symlink(target, path.join(data, name));
    assert.match(await refused(name), new RegExp(`${name} is a symbolic link`));
    await assert.rejects(lstat(target), 'nothing was made where the link leads');
    await rm(path.join(data, name));
  }
  await mkdir(path.join(data, 'journal'), { mode: 0o700 });
  await writeFile(target, 'not ours');
  await symlink(target, path.join(data, 'journal', '00000001-loop-00-00000001.log'));
  assert.match(await refused('a segment'), /is a symbolic link/);
});

test('X10: everything in the data directory is its owner’s alone', { timeout: 60000 }, async (t) => {
  const home = await newHome(t);
  const link = path.join(home, 'link');
  await symlink(path.join(home, 'data'), link);
  await mkdir(path.join(home, 'data'), { mode: 0o755 });
  const server = await startServer(t, { dataDir: link, under: ['sh', '-c', 'umask 0; exec "$@"', 'sh'] });
  const client = new Assistant(server, 'alice');
  const { text } = await client.followToEnd(await client.ask('echo:hello'));
  assert.equal(text, 'hello');
  await client.ask('echo:5000 words @20/s'); // while it runs, its segment stays
  let files = 0;
  for (const entry of await readdir(path.join(home, 'data'), { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.path, entry.name);
    const { mode } = (await lstat(at).catch(() => null)) ?? {};
    if (mode === undefined) continue; // it was removed meanwhile
    assert.equal(mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, at);
    files += entry.isFile() ? 1 : 0;
  }
  assert.ok(files >= 4, 'lock, database, key and a segment');
});

test(
  'X10: on a full disk every request is answered, a cancel too, and it is one line in the log and one when it is over',
  { timeout: 120000 },
  async (t) => {
    const disk = await fullDisk(t);
    const server = await startServer(t, { env: disk.env, restarts: true });
    const assistant = new Assistant(server, 'alice');
    const chat = new Chat(server, 'alice', { model: 'grok-2' });
    const persona = (method, at, json) => call(server.port, method, at, { json, deadline: 60000 });
    const slow = 'echo:900 words @20/s';

    const before = await assistant.ask('echo:50 words');
    await assistant.followToEnd(before);
    const request = await assistant.ask(slow);
    const following = begin(assistant.followToEnd(request));
    const { sessionId, chatId } = await chat.start(slow);
    const { json: speaker } = await persona('POST', '/chat/start', { user_id: 'bob' });
    const spoken = begin(persona('POST', '/chat/message', { session_id: speaker.session_id, message: slow }));
    const cancels = {
      assistant: () => assistant.cancel(request),
      chat: () => chat.call('DELETE', `/api/chat/stream?sessionId=${sessionId}`),
      persona: () => persona('DELETE', `/chat/stream?session_id=${speaker.session_id}`),
    };
    await sleep(500);

    await disk.fill();
    const degraded = await untilDegraded(server, 'storage_full');
    assert.equal(degraded.status, 200, 'it still serves readers');
    assert.equal(await gauge(server, 'belay_degraded{reason="storage_full"}'), 1);
    await until(5000, 'the free space is measured', async () => (await gauge(server, 'belay_disk_free_bytes')) === 0);
    for (const [surface, cancel] of Object.entries(cancels)) {
      assertProblem(await cancel(), 503, 'storage_full', surface);
      assertProblem(await cancel(), 503, 'storage_full', `${surface}, again`);
    }
    assertProblem(await assistant.post('echo:x'), 503, 'storage_full');
    assertProblem(await chat.post('echo:x'), 503, 'storage_full');
    const refused = await persona('POST', '/chat/stream', { session_id: speaker.session_id, message: 'echo:x' });
    assert.ok([503, 409, 429].includes(refused.status), refused.text);
    assert.equal((await assistant.followToEnd(before)).text, words(50), 'what is there can be read');
    assert.equal((await chat.call('GET', `/api/chat/history?chatId=${chatId}`)).status, 200);
    assert.equal((await chat.call('GET', '/api/chats')).status, 200);
    await sleep(3000); // the server makes many attempts meanwhile
    assert.equal((await ready(server)).status, 200);

    await disk.empty();
    await untilDegraded(server, null);
    for (const [surface, cancel] of Object.entries(cancels)) {
      await until(10000, `the cancel of ${surface} is stored`, async () => (await cancel()).status === 204);
    }
    const seen = await following;
    assert.equal(seen.terminal.data.code, 'cancelled');
    assert.ok(words(900).startsWith(seen.text));
    assert.ok((await spoken).status >= 400 || (await spoken).json, 'the waiting message is answered');
    assert.equal((await assistant.post('echo:x')).status, 201);
    await assertTwoLines(server, 'storage_full');
    const trouble = server.logs().filter((line) => line.event === 'storage_trouble');
    assert.deepEqual(trouble, [], 'no line an attempt');
    assert.equal(await gauge(server, 'belay_degraded{reason="storage_full"}'), 0);
    await until(5000, 'the free space is measured', async () => (await gauge(server, 'belay_disk_free_bytes')) > 0);

    await server.restart();
    const after = await assistant.followToEnd(request);
    assert.equal(after.terminal.data.code, 'cancelled', 'it stays cancelled');
    assert.equal(after.text, seen.text);
  },
);

test('X10: a data directory that goes away makes the server unready, and ready again when it comes back', { timeout: 90000 }, async (t) => {
  const server = await startServer(t, { dataDir: path.join(await newHome(t), 'data') });
  const client = new Assistant(server, 'alice');
  const before = await client.ask('echo:20 words');
  await client.followToEnd(before);
  const aside = `${server.dataDir}-aside`;
  await rename(server.dataDir, aside);
  const gone = await untilDegraded(server, 'data_directory_gone');
  assert.equal(gone.status, 503);
  assert.equal(gone.json.status, 'store_unavailable');
  assertProblem(await client.post('echo:x'), 503, 'unavailable');
  assert.equal((await client.followToEnd(before)).text, words(20), 'what is open can be read');
  assert.equal(await gauge(server, 'belay_degraded{reason="data_directory_gone"}'), 1);
  await rename(aside, server.dataDir);
  assert.equal((await untilDegraded(server, null)).status, 200);
  assert.equal((await client.post('echo:x')).status, 201);
  await assertTwoLines(server, 'data_directory_gone');

  await rm(server.dataDir, { recursive: true, force: true });
  await mkdir(server.dataDir, { mode: 0o700 });
  assert.equal((await untilDegraded(server, 'data_directory_gone')).status, 503, 'another one of that name is not it');
});

// A disk that stalls does not answer for so long; a busy one does.
const patience = `${Math.min(2000 * slowness, 60000)}ms`;

test('X10: a store that does not answer keeps no request waiting', { timeout: 120000 }, async (t) => {
  const disk = await fullDisk(t);
  const server = await startServer(t, { env: disk.env, settings: { 'store.max_stall': patience } });
  const assistant = new Assistant(server, 'alice');
  const chat = new Chat(server, 'alice', { model: 'grok-2' });
  const archived = await assistant.ask('echo:20 words');
  await assistant.followToEnd(archived);
  const { chatId, sessionId } = await chat.start('echo:20 words');
  await chat.followToEnd(sessionId);
  const running = await assistant.ask('echo:200 words @50/s');
  const following = begin(assistant.followToEnd(running));

  await disk.stall();
  const begun = await chat.post('echo:x');
  assertProblem(begun, 503, 'unavailable');
  for (const at of [`/api/chat/history?chatId=${chatId}`, '/api/chats', `/api/chat/${chatId}/export?format=json`]) {
    assertProblem(await chat.call('GET', at), 503, 'unavailable');
  }
  const late = assistant.stream(archived);
  assert.equal((await late.head).status, 503);
  late.rst();
  assertProblem(await chat.call('DELETE', `/api/chat/stream?sessionId=${sessionId}`), 503, 'unavailable');
  await untilDegraded(server, 'store_stalled');
  assert.equal((await call(server.port, 'GET', '/healthz')).status, 200);
  assert.equal((await following).text, words(200), 'what runs goes on');
  const failing = await untilDegraded(server, 'store_failing');
  assert.equal(failing.status, 503, 'after a while it counts as no store');

  await disk.go();
  assert.equal((await untilDegraded(server, null)).status, 200);
  assert.equal((await chat.call('GET', `/api/chat/history?chatId=${chatId}`)).status, 200);
  assert.equal((await assistant.followToEnd(archived)).text, words(20));
  await chat.start('echo:x');
  await assertTwoLines(server, 'store_stalled');
  await assertTwoLines(server, 'store_failing');
});

test('X10: with disk durability a disk that does not answer keeps no start and no cancel waiting', { timeout: 120000 }, async (t) => {
  const disk = await fullDisk(t);
  const server = await startServer(t, { env: disk.env, settings: { 'journal.durability': 'disk', 'engine.max_log_wait': patience } });
  const client = new Assistant(server, 'alice');
  const running = await client.ask('echo:900 words @20/s');
  const following = begin(client.followToEnd(running));
  await sleep(300);
  await disk.stall();
  await sleep(200);
  assertProblem(await client.post('echo:x'), 503, 'unavailable');
  assertProblem(await client.post('echo:x', { headers: { 'idempotency-key': 'mine' } }), 503, 'unavailable');
  assertProblem(await client.cancel(running), 503, 'unavailable');
  await untilDegraded(server, 'journal_stalled');
  await disk.go();
  await untilDegraded(server, null);
  await until(10000, 'the cancel is stored', async () => (await client.cancel(running)).status === 204);
  assert.equal((await following).terminal.data.code, 'cancelled');
  const again = await client.ask('echo:hello', { headers: { 'idempotency-key': 'mine' } });
  assert.equal((await client.followToEnd(again)).text, 'hello', 'the refused request has left its key');
  await assertTwoLines(server, 'journal_stalled');
});

test('X10: the journal stays within its bound on many threads, and an idle server has none', { timeout: 180000 }, async (t) => {
  const server = await startServer(t, {
    settings: { 'process.threads': 16, 'journal.max_size': '16MiB', 'assistant.max_active_per_user': 50 },
  });
  const client = new Assistant(server, 'alice');
  const long = [];
  for (let i = 0; i < 4; i++) long.push(await client.ask('echo:60000 words @4000/s'));
  const following = long.map((id) => begin(client.followToEnd(id, { deadline: 120000 })));
  let most = 0;
  for (let i = 0; i < 40; i++) {
    const id = await client.ask('echo:word');
    assert.equal((await client.followToEnd(id)).text, 'word');
    most = Math.max(most, (await journalOnDisk(server)).bytes);
  }
  for (const each of following) assert.equal((await each).text, words(60000));
  assert.ok(most <= 16 << 20, `at most 16 MiB, not ${most}`);
  t.diagnostic(`the journal took ${(most / 1048576).toFixed(1)} MiB at most`);
  await until(60000, 'the journal is gone', async () => (await journalOnDisk(server)).files === 0, 500);
  await until(5000, 'it counts none', async () => (await gauge(server, 'belay_journal_size_bytes')) === 0);
});
