// S6: uploads are encrypted on the disk, and their key is changed while the server runs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { until } from './lib/deadline.mjs';
import { operationsPort, operatorOf, tokenOf, withOperators } from './lib/operators.mjs';
import { Sendsage, Tab } from './lib/sendsage.mjs';
import { belay, startServer } from './lib/server.mjs';

const rows = (count) => Array.from({ length: count }, (_, i) => `V13,Kletterhalle Quitzdorf ${i},xylophonisch,sent\n`).join('');
const log = (count) => `Grade,Wand,Zettel,Result\n${rows(count)}`;
const fileName = 'Zwetschgenlog.csv';
// Long enough that sealed bytes do not hold one by chance.
const words = ['zwetschgenlog', 'quitzdorf', 'xylophon', 'v13,kletter', '"v13"', 'v-scale'];

// Keys in files of their own, and the tables that name them. The first one is current.
async function keyring(t) {
  const directory = await mkdtemp(path.join(tmpdir(), 'belay-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  const files = new Map();
  return async (...ids) => {
    for (const id of ids) {
      if (files.has(id)) continue;
      files.set(id, path.join(directory, id));
      await writeFile(files.get(id), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    }
    const tables = ids.map((id) => `[[uploads.keys]]\nid = "${id}"\nfile = "${files.get(id)}"\n`);
    return withOperators({}, tables.join('\n')).config;
  };
}

const climber = (server, user = 'mark') => new Sendsage(server, user, { token: tokenOf(user, { tier: 'pro' }) });

async function upload(who, content, name = fileName) {
  const headers = { 'content-type': 'text/csv' };
  const answer = await who.call('POST', `/api/uploads?filename=${name}`, { headers, body: content });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}

// "WORD in FILE" for each that a file of the data directory holds, in any letter case.
async function found(server, wanted) {
  const hits = [];
  for (const entry of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // The server may remove a file at any time, such as a segment of the journal.
    const bytes = await readFile(path.join(entry.parentPath ?? entry.path, entry.name), 'latin1').catch((error) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const word of wanted) if (bytes.toLowerCase().includes(word)) hits.push(`${word} in ${entry.name}`);
  }
  return hits;
}

async function reload(server, config) {
  const reloads = () => server.logs().filter(({ event }) => event === 'reloaded').length;
  const before = reloads();
  await writeFile(server.configFile, config);
  server.child.kill('SIGHUP');
  await until(10000, 'the server has read its configuration again', () => reloads() > before);
}

const rotate = async (server) =>
  belay(['uploads', 'rotate', '--server', `http://127.0.0.1:${await operationsPort(server)}`, '--json'], {
    env: { BELAY_TOKEN: tokenOf('olga', { roles: ['operator'] }) },
    deadline: 60000,
  });

test('S6: the disk shows nothing of an upload but its size and time', { timeout: 60000 }, async (t) => {
  const keys = await keyring(t);
  const server = await startServer(t, { ...withOperators(), config: await keys('one') });
  const mark = climber(server);
  const content = log(5000);
  const id = await upload(mark, content);
  assert.deepEqual(await found(server, words), [], 'while the server runs');
  assert.notDeepEqual(await found(server, [id]), [], 'the search finds what is in clear');
  const refused = await mark.call('POST', '/api/uploads?filename=b.csv', { headers: { 'content-type': 'text/csv' }, body: content.replace('Grade', 'Grad') });
  assert.equal(refused.status, 422);
  await server.restart(); // by kill -9
  assert.deepEqual(await found(server, words), [], 'after kill -9');
  assert.equal((await mark.call('GET', `/api/uploads/${id}/content`)).text, content);
  const { statistics, filename } = (await mark.call('GET', `/api/uploads/${id}`)).json;
  assert.equal(statistics.grades[0].grade, 'V13');
  assert.equal(filename, fileName);
  assert.deepEqual(await found(server, words), [], 'after reading');
  assert.equal((await mark.call('DELETE', `/api/uploads/${id}`)).status, 204);
  assert.deepEqual(await found(server, [id]), [], 'a deleted upload leaves not even its id');
});

test('S6: a question about a file leaves nothing of the file on the disk, and goes on after kill -9', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { settings: { 'sendsage.slow_after': '0ms' } }); // with the key of development mode
  const mark = new Sendsage(server, 'mark:premium');
  const part = (head, text) => `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  const form = `${part('name="prompt"', 'echo:80 words @20/s')}${part(`name="file"; filename="${fileName}"`, log(20))}--XX--`;
  const headers = { 'content-type': 'multipart/form-data; boundary=XX' };
  const asked = await mark.call('POST', '/chat/premium', { headers, body: form });
  assert.equal(asked.status, 202, asked.text);
  const id = asked.json.request_id;
  const tab = new Tab();
  await mark.read(tab, () => tab.names(id).includes('partial_response'), { path: asked.json.stream });
  assert.deepEqual(await found(server, words), [], 'while it is answered');
  assert.notDeepEqual(await found(server, ['80 words @20/s']), [], 'the question is a message like others');
  await server.restart(); // by kill -9
  await mark.read(tab, () => tab.isOver(id), { path: asked.json.stream });
  assert.equal(tab.of(id).at(-1).event, 'response', 'the prompt was there');
  assert.deepEqual(await found(server, words), [], 'when it is answered');
  await server.sigterm();
  assert.deepEqual(await found(server, words), [], 'after a clean end');
});

test('S6: a key is replaced while the server runs, and a crash does not end it', { timeout: 120000 }, async (t) => {
  const keys = await keyring(t);
  const server = await startServer(t, { ...withOperators(), config: await keys('old') });
  const mark = climber(server);
  const contents = new Map();
  for (let i = 0; i < 12; i++) {
    const content = log(2000 + i);
    contents.set(await upload(mark, content), content);
  }
  const readAll = async () => {
    for (const [id, content] of contents)
      assert.equal((await mark.call('GET', `/api/uploads/${id}/content`)).text, content);
  };
  await reload(server, await keys('new', 'old'));
  await readAll();
  const olga = await operatorOf(server);
  assert.deepEqual((await olga.get('/uploads/rotation')).other_keys, [{ key: 'old', uploads: 12 }]);
  assert.equal((await olga.call('POST', '/uploads/rotation')).status, 202);
  server.options.config = await keys('new', 'old');
  await server.restart(); // by kill -9, at any place of the rotation
  const again = await operatorOf(server);
  await until(20000, 'the rotation goes on and ends', async () => {
    const { running, left } = await again.get('/uploads/rotation');
    return !running && left === 0;
  });
  await readAll();

  const done = await rotate(server);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(JSON.parse(done.stdout).left, 0);
  await reload(server, await keys('new'));
  await readAll();
  assert.deepEqual(await again.audit('?action=uploads.rotate'), ['uploads.rotate new', 'uploads.rotate new']);

  await reload(server, await keys('other'));
  const [id] = contents.keys();
  assert.equal((await mark.call('GET', `/api/uploads/${id}`)).status, 503, 'its key is not there');
  assert.ok(server.logs().some(({ event, text }) => event === 'upload_error' && /the key "new", which is not configured/.test(text)));
  const left = await rotate(server);
  assert.equal(left.code, 1);
  assert.equal(JSON.parse(left.stdout).unreadable, 12);
  await reload(server, await keys('new'));
  await readAll();
});

test('S6: without a key no file is taken, and a key that others may read is refused', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, withOperators());
  assert.ok(server.logs().some(({ event }) => event === 'uploads_are_off'));
  const answer = await climber(server).call('POST', '/api/uploads?filename=a.csv', { headers: { 'content-type': 'text/csv' }, body: log(1) });
  assert.equal(answer.status, 503);
  assert.match(answer.json.detail, /no key to encrypt them with/);
  const directory = await mkdtemp(path.join(tmpdir(), 'belay-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  const key = path.join(directory, 'key');
  const config = path.join(directory, 'belay.toml');
  await writeFile(key, randomBytes(32).toString('hex'), { mode: 0o644 });
  await writeFile(config, withOperators({}, `[[uploads.keys]]\nid = "k"\nfile = "${key}"\n`).config);
  const checked = await belay(['config', 'check', config], { env: withOperators().env });
  assert.notEqual(checked.code, 0);
  assert.match(checked.stdout + checked.stderr, /other users may read it/);
});
