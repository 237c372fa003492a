// X10: the data directory, the disk below it, and the processors that the server may use.
import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { belay, startServer } from './lib/server.mjs';

async function newHome(t) {
  const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-disk-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  return home;
}

test('X10: there are as many loops as processors that the server may use', { timeout: 60000 }, async (t) => {
  const loops = (server) => server.logs().find((line) => line.event === 'listening').loops;
  const bound = await startServer(t, { under: ['taskset', '-c', '0'] });
  assert.equal(loops(bound), 1, 'by affinity');
  const free = await startServer(t);
  assert.ok(loops(free) >= 1 && loops(free) <= cpus().length);
  const configured = await startServer(t, { under: ['taskset', '-c', '0'], settings: { 'process.threads': 3 } });
  assert.equal(loops(configured), 3, 'what is configured counts');
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
  let files = 0;
  for (const entry of await readdir(path.join(home, 'data'), { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.path, entry.name);
    const { mode } = await lstat(at);
    assert.equal(mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, at);
    files += entry.isFile() ? 1 : 0;
  }
  assert.ok(files >= 4, 'lock, database, key and a segment');
});
