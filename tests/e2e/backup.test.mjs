// X2, X10, X11: `belay backup` while answers are asked for, streamed and settled; `belay restore`, and a second server on what
// was restored.
//
// BELAY_SEED repeats a run. Each failure names the backup.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { backUp, check, refusal, restore } from './lib/backup.mjs';
import { Chat } from './lib/chat.mjs';
import { begin, sleep, slowness, until } from './lib/deadline.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { chargedRuns, integrity, settledRuns, storedMessages } from './lib/store.mjs';

const backups = 50;
const clients = 10;
const settings = {
  'process.threads': 2,
  'journal.segment_size': '64KiB', // small, so that segments are created and removed all the time
  'journal.max_closed_segments': 1,
};

// Clients that ask, read the answer and ask again until stop(). `asked`: prompt → {text, run, accepted, completed}: what the
// answer must be, its run (assistant surface), and whether the client has the id and the whole answer.
class Load {
  constructor(server) {
    this.server = server;
    this.asked = new Map();
    this.stopped = false;
    this.failure = null;
    const random = new Random();
    this.running = Promise.all(Array.from({ length: clients }, (_, i) => this.client(i, random.fork(i))));
    this.running.catch((error) => {
      this.stopped = true;
      this.failure = error;
    });
  }

  async client(number, dice) {
    for (let turn = 0; !this.stopped; turn++) {
      const text = `${number}-${turn} ${dice.between(0, 1) ? words(dice.between(5, 80)) : 'né 🜁 語 '.repeat(dice.between(1, 20))}.`;
      const prompt = `echo:${text} @${dice.between(100, 500)}/s`;
      // Two turns in each conversation. Each user asks only a few times, so no limit is reached.
      const user = `user-${number}-${Math.floor(turn / 2)}`;
      const entry = { text, user, run: null, accepted: false, completed: false };
      this.asked.set(prompt, entry);
      const headers = { 'idempotency-key': `turn-${turn}` };
      const seen = await (number % 2 ? this.askAssistant(entry, prompt, headers) : this.askChat(entry, prompt, headers));
      assert.ok(seen.text === text, 'the answer of the first server is exact');
      entry.completed = true;
    }
  }

  async askAssistant(entry, prompt, headers) {
    const client = new Assistant(this.server, entry.user);
    entry.run = (await this.persist(() => client.post(prompt, { conversation_id: 'talk', headers }))).request_id;
    entry.accepted = true;
    const seen = await client.followToEnd(entry.run);
    assert.equal(seen.terminal.event, 'complete');
    return seen;
  }

  async askChat(entry, prompt, headers) {
    const client = new Chat(this.server, entry.user, { model: 'grok-2' });
    const { sessionId } = await this.persist(() => client.post(prompt, { headers }));
    entry.accepted = true;
    const seen = await client.followToEnd(sessionId);
    assert.equal(seen.terminal.type, 'done');
    return seen;
  }

  // The server may be killed and started again in the meantime.
  async persist(post) {
    const end = Date.now() + 30000 * slowness;
    for (;;) {
      const answer = await post().catch(() => null);
      if (answer?.status === 201) return answer.json;
      assert.ok(answer === null, `the prompt is accepted: ${answer?.text}`);
      assert.ok(Date.now() < end, 'the server comes back to accept the prompt');
      await sleep(30);
    }
  }

  // The state of all prompts at this moment.
  snapshot() {
    return new Map([...this.asked].map(([prompt, entry]) => [prompt, { ...entry }]));
  }

  async stop() {
    this.stopped = true;
    await this.running;
  }
}

// Starts a server on the restored directory and waits until it has finished the answers that were running. Some of them are
// read from their beginning.
async function finishRestored(t, dataDir, before) {
  const server = await startServer(t, { settings, dataDir });
  const recovered = await until(5000, 'the log has "recovered"', () => server.logs().find((line) => line.event === 'recovered'));
  assert.equal(recovered.tail_may_be_lost, true, 'running answers get a new epoch');
  assert.equal(recovered.torn_tails, 0);
  assert.equal(recovered.unreadable, 0);
  const running = [...before.values()].filter((entry) => entry.run && !entry.completed);
  await Promise.all(
    running.map(async ({ run, user, text }) => {
      const seen = await new Assistant(server, user).followToEnd(run);
      assert.ok(seen.text === text, `${run} continues exactly`);
      assert.equal(seen.terminal.event, 'complete');
    }),
  );
  assert.deepEqual(await server.sigterm(), { code: 0, signal: null });
  return recovered;
}

// `before`: the prompts when the backup began. `asked`: all prompts.
async function assertSame(dataDir, before, asked) {
  assert.deepEqual(await integrity(dataDir), ['ok']);
  const runs = await settledRuns(dataDir);
  const ids = runs.map((run) => run.run);
  assert.equal(new Set(ids).size, ids.length, 'each run is settled once');
  assert.deepEqual(await chargedRuns(dataDir), ids, 'each run is charged once');
  assert.ok(
    runs.every((run) => run.state === 'completed'),
    'no run is cut off',
  );
  const messages = await storedMessages(dataDir);
  const prompts = new Map(messages.filter((each) => each.role === 'user').map((each) => [each.run, each.content]));
  const answers = new Map(messages.filter((each) => each.role === 'assistant').map((each) => [each.run, each.content]));
  assert.equal(messages.length, 2 * ids.length, 'a prompt and an answer for each run');
  assert.deepEqual([...prompts.keys()].sort(), ids, 'no prompt without a run');
  assert.deepEqual([...answers.keys()].sort(), ids, 'no run without an answer');
  for (const [run, prompt] of prompts)
    assert.ok(answers.get(run) === asked.get(prompt).text, `the answer of ${run} is exact`);
  const there = new Set(prompts.values());
  assert.equal(there.size, prompts.size, 'no prompt twice');
  for (const [prompt, entry] of before)
    if (entry.accepted) assert.ok(there.has(prompt), `${entry.completed ? 'completed' : 'running'}: ${prompt}`);
}

// Restores one backup and compares. Returns how many answers were running in it.
async function verify(t, load, backup, before) {
  const dataDir = `${backup}-restored`;
  await check(backup);
  await restore(backup, dataDir);
  const { taken_over: running, settled } = await finishRestored(t, dataDir, before);
  await assertSame(dataDir, before, load.asked);
  await rm(dataDir, { recursive: true });
  await rm(backup, { recursive: true });
  return { running, settled };
}

test(`X2, X11: ${backups} backups under load, each restored and compared`, { timeout: 600000 }, async (t) => {
  t.diagnostic(`BELAY_SEED=${seed}`);
  const random = new Random(seed + 1);
  const server = await startServer(t, { settings, restarts: true });
  const load = new Load(server);
  const totals = { running: 0, settled: 0 };
  const verifying = new Set();
  for (let i = 0; i < backups; i++) {
    await sleep(random.between(0, 150));
    const backup = path.join(server.home, `backup-${i}`);
    if (load.failure) throw load.failure;
    const before = load.snapshot();
    // Now and then the server is killed and started again during the backup, each time with another durability.
    const restarts = i % 10 === 5;
    if (restarts) server.options.settings = { ...settings, 'journal.durability': i % 20 === 5 ? 'disk' : 'process' };
    const restarting = restarts ? sleep(random.between(0, 40)).then(() => server.restart()) : null;
    await backUp(server.dataDir, backup);
    await restarting;
    const work = begin(
      verify(t, load, backup, before).then(
        ({ running, settled }) => {
          totals.running += running;
          totals.settled += settled;
          verifying.delete(work);
        },
        (error) => {
          throw new Error(`backup ${i}: ${error.message}`, { cause: error });
        },
      ),
    );
    verifying.add(work);
    if (verifying.size >= 3) await Promise.race(verifying);
  }
  await Promise.all(verifying);
  await load.stop();
  t.diagnostic(`${load.asked.size} answers; in the backups ${JSON.stringify(totals)} answers were running or about to be settled`);
  assert.ok(totals.running > 0, 'answers were running');
});

test('X10, X11: a restore over a running directory is refused and harms nothing', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { restarts: true });
  const client = new Assistant(server, 'alice');
  const done = await client.ask('echo:before the backup');
  await client.followToEnd(done);
  const backup = path.join(server.home, 'backup');
  await backUp(server.dataDir, backup);
  const id = await client.ask('echo:300 words @300/s');
  const following = begin(client.followToEnd(id));
  const reason = await refusal(['restore', backup, '--data', server.dataDir]);
  assert.match(reason, new RegExp(`is in use by process ${server.pid}\\b`));
  assert.equal((await following).text, words(300));
  await server.restart();
  for (const [run, text] of [
    [done, 'before the backup'],
    [id, words(300)],
  ])
    assert.equal((await client.followToEnd(run)).text, text);
  await server.sigterm();
  assert.match(await refusal(['restore', backup, '--data', server.dataDir]), /is not empty/, 'also when it is stopped');
  await server.start();
  assert.equal((await client.followToEnd(id)).text, words(300));
});

test('X1, X10: a client that has seen more than the backup contains is told so', { timeout: 60000 }, async (t) => {
  const server = await startServer(t, { restarts: true });
  const client = new Assistant(server, 'alice');
  const id = await client.ask('echo:1000 words @100/s'); // so long that it outlasts a slow backup
  const seen = { lastId: null, length: 0 };
  const following = begin(
    client.followToEnd(id, { onEvent: (now) => Object.assign(seen, { lastId: now.lastId, length: now.text.length }) }),
  );
  await until(10000, 'the answer has begun', () => seen.length > 100);
  const backup = path.join(server.home, 'backup');
  await backUp(server.dataDir, backup);
  const atBackup = seen.length;
  await until(10000, 'the answer continues', () => seen.length > atBackup + 200);
  const lastId = seen.lastId;
  await server.kill9();
  await rm(server.dataDir, { recursive: true });
  await restore(backup, server.dataDir);
  await server.start();
  const refused = client.stream(id, { after: lastId });
  assert.equal((await refused.head).status, 410);
  refused.rst();
  assert.equal((await client.followToEnd(id)).text, words(1000), 'from its beginning it is whole');
  await following.catch(() => {});
});
