// X10, X11: `belay backup` and `belay restore` are killed at every step in turn. What they leave is complete, or is not taken
// for a backup or for data.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { Assistant } from './lib/assistant.mjs';
import { backUp, check, hasAllOf, refusal, restore } from './lib/backup.mjs';
import { preload } from './lib/preload.mjs';
import { belay, startServer } from './lib/server.mjs';

// A server with some answers, of which one is running. Returns the server and a directory for backups.
async function startWithAnswers(t) {
  const server = await startServer(t);
  const client = new Assistant(server, 'alice');
  for (let i = 0; i < 3; i++) await client.followToEnd(await client.ask(`echo:answer ${i}`, { conversation_id: 'talk' }));
  await client.ask('echo:20000 words @20/s', { conversation_id: 'talk' });
  return { server, home: server.home };
}

// Runs the command again and again, and kills it at step 1, 2, 3 … `atEach` is called after each death. Ends when the command
// does. Returns the number of deaths.
async function killAtEachStep(t, args, atEach) {
  const library = await preload(t, 'die_at_step');
  for (let step = 1; ; step++) {
    const { code, signal, stderr } = await belay(args, { env: { ...library, BELAY_DIE_AT_STEP: String(step) } });
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, `step ${step}: ${stderr}`);
      return step - 1;
    }
    await atEach(step);
  }
}

test('X11: a backup that is killed leaves a complete backup or none', { timeout: 300000 }, async (t) => {
  const { server, home } = await startWithAnswers(t);
  const backup = path.join(home, 'backup');
  let complete = 0;
  const deaths = await killAtEachStep(t, ['backup', backup, '--data', server.dataDir], async (step) => {
    if (!existsSync(backup)) return;
    await check(backup);
    assert.ok(!existsSync(`${backup}.incomplete`), `step ${step}`);
    await rm(backup, { recursive: true });
    complete++;
  });
  t.diagnostic(`${deaths} points of death, after ${complete} of which the backup was complete`);
  assert.ok(deaths > 20 && complete > 0 && complete < deaths / 2);
  await check(backup);
  assert.deepEqual((await readdir(home)).sort(), ['backup', 'data'], 'nothing of the killed backups is left');
});

test('X11: after a restore that was killed, the next one says what to do', { timeout: 300000 }, async (t) => {
  const { server, home } = await startWithAnswers(t);
  const backup = path.join(home, 'backup');
  const target = path.join(home, 'target');
  await backUp(server.dataDir, backup);
  const again = ['restore', backup, '--data', target];
  const counts = { untouched: 0, partial: 0, complete: 0 };
  const deaths = await killAtEachStep(t, again, async (step) => {
    const { code, stderr } = await belay(again);
    if (code === 0) {
      counts.untouched++;
    } else if (stderr.includes('is not empty')) {
      counts.complete++;
      assert.ok(await hasAllOf(target, backup), `step ${step}: ${stderr}`);
    } else {
      counts.partial++;
      assert.ok(stderr.includes(`\`find ${target} -mindepth 1 -delete\``), `step ${step}: ${stderr}`);
      const refused = await refusal(['serve', '--dev', '--port', '0', '--data', target]);
      assert.match(refused, /contains only a part of a backup/, `step ${step}`);
    }
    await rm(target, { recursive: true });
  });
  t.diagnostic(`${deaths} points of death: ${JSON.stringify(counts)}`);
  assert.ok(counts.partial > 10 && counts.complete > 0);
  assert.ok(await hasAllOf(target, backup));
});

test('X11: the advice after an interrupted restore helps', { timeout: 60000 }, async (t) => {
  const { server, home } = await startWithAnswers(t);
  const backup = path.join(home, 'backup');
  const target = path.join(home, 'target');
  await backUp(server.dataDir, backup);
  const library = await preload(t, 'die_at_step');
  const args = ['restore', backup, '--data', target];
  await belay(args, { env: { ...library, BELAY_DIE_AT_STEP: '20' } });
  const advice = /`find (.*) -mindepth 1 -delete`/.exec(await refusal(args));
  for (const name of await readdir(advice[1])) await rm(path.join(advice[1], name), { recursive: true });
  await restore(backup, target);
  assert.ok(await hasAllOf(target, backup));
});
