// F10: a soak test of hours with the usual faults. It keeps 1,000 answers active, a tenth of the peak. Their readers lose their
// connections, cancel, stall, disconnect and come back. The process's memory, descriptors and threads must not grow, and no
// reader may miss an event or get one twice.
//
// ./dev soak [MINUTES]. BELAY_SOAK_MINUTES is the number of minutes (default 60). BELAY_SOAK_ANSWERS is the number of answers
// that are active at a time (default 1000).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import test from 'node:test';
import { Assistant, Transcript, words } from './lib/assistant.mjs';
import { withScripted } from './lib/config.mjs';
import { sleep, within } from './lib/deadline.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';

const minutes = Number(process.env.BELAY_SOAK_MINUTES ?? 60);
const answers = Number(process.env.BELAY_SOAK_ANSWERS ?? 1000);
const pace = 5; // words per second
const patience = 180000;
const rampUp = Math.min(60, minutes * 6) * 1000;

const quiet = { settings: { 'log.level': 'warning' } };
const limits = {
  'assistant.max_active': 20000,
  'assistant.rate_chat': 10000,
  'assistant.rate_window': '1s',
};

// ---- What may happen to an answer. Each function gets a posted request, and must see the whole answer.

async function loseConnections({ client, id, random }) {
  const cuts = () =>
    random.fraction() < 0.7
      ? {
          after: random.between(1, 4000),
          where: random.pick(['byte', 'event']),
          how: random.pick(['fin', 'rst']),
        }
      : null;
  return client.followToEnd(id, { cuts, deadline: patience });
}

async function fallAsleep({ client, id, random }) {
  const seen = new Transcript();
  const stream = client.stream(id);
  await sleep(random.between(0, 5000));
  stream.pause();
  await sleep(random.between(1000, 20000));
  stream.resume();
  await within(patience, `the sleeper of ${id} reads the rest`, client.read(stream, seen, () => {}));
  return seen;
}

async function goAndComeBack({ client, id, random }) {
  const seen = new Transcript();
  const stream = client.stream(id, { cut: { after: random.between(100, 2000), where: 'event', how: 'rst' } });
  await within(patience, `the first part of ${id}`, client.read(stream, seen, () => {}));
  if (seen.terminal) return seen;
  await sleep(random.between(1000, 30000));
  return client.followToEnd(id, { seen, deadline: patience });
}

async function watchTogether({ client, id }) {
  const all = await Promise.all([1, 2, 3].map(() => client.followToEnd(id, { deadline: patience })));
  for (const one of all) assert.equal(one.text, all[0].text, 'all readers see the same');
  return all[0];
}

async function cancel({ client, id, random }) {
  const stream = client.stream(id);
  const seen = new Transcript();
  const reading = client.read(stream, seen, () => {});
  reading.catch(() => {});
  await sleep(random.between(0, 8000));
  const { status } = await patiently(() => client.cancel(id));
  assert.equal(status, 204);
  await within(20000, `the cancelled ${id} ends`, reading);
  return seen;
}

const troubles = [
  [0.5, loseConnections],
  [0.65, fallAsleep],
  [0.75, goAndComeBack],
  [0.8, watchTogether],
  [1, cancel],
];

// ---- One of the 1,000 users

// Sends a request again if its connection breaks. On a very busy machine the server's deadline can pass for a client that has
// connected but has not yet been scheduled to send.
async function patiently(request) {
  for (let tries = 0; ; tries++) {
    try {
      return await request();
    } catch (error) {
      if (error.code !== 'ECONNRESET' || tries === 5) throw error;
    }
  }
}

async function ask(client, prompt) {
  const headers = { 'idempotency-key': randomUUID() };
  for (;;) {
    const answer = await patiently(() => client.post(prompt, { headers }));
    if (answer.status < 300) return answer.json.request_id;
    assert.ok([409, 429].includes(answer.status), `the prompt is accepted or put off: ${answer.text}`);
    await sleep(200);
  }
}

async function beOneUser(server, number, random, end, totals) {
  await sleep(random.between(0, rampUp));
  while (Date.now() < end) {
    const client = new Assistant(server, `user-${number}`);
    const count = random.between(10, 150);
    const id = await ask(client, `echo:${count} words @${pace}/s`);
    const dice = random.fraction();
    const [, trouble] = troubles.find(([upTo]) => dice < upTo);
    const seen = await trouble({ client, id, random });
    const wanted = words(count);
    if (seen.terminal.event === 'complete') {
      assert.equal(seen.text, wanted, `${trouble.name}: the whole answer`);
    } else {
      assert.equal(trouble, cancel, `only a cancel ends early: ${JSON.stringify(seen.terminal.data)}`);
      assert.equal(seen.terminal.data.code, 'cancelled');
      assert.ok(wanted.startsWith(seen.text), 'a cancelled answer is the beginning of the whole one');
    }
    totals.answers++;
    totals.events += seen.events.length;
    totals[trouble.name] = (totals[trouble.name] ?? 0) + 1;
  }
}

// ---- The resources of the process

const entries = async (directory) => (await readdir(directory)).length;

async function sample(server) {
  return {
    mebibytes: (await server.anonymousMemory()) / 2 ** 20,
    descriptors: await entries(`/proc/${server.pid}/fd`),
    threads: await entries(`/proc/${server.pid}/task`),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

test(`F10: ${minutes} minutes with ${answers} answers at a time`, { timeout: minutes * 60000 + 600000 }, async (t) => {
  t.diagnostic(`BELAY_SEED=${seed}`);
  const options = withScripted();
  const server = await startServer(t, { ...options, settings: { ...quiet.settings, ...limits } });
  const begun = Date.now();
  const end = begun + minutes * 60000;
  const totals = { answers: 0, events: 0 };
  const samples = [];
  let over = false;
  const watch = async () => {
    for (let told = 0; !over && Date.now() < end; ) {
      const now = await sample(server);
      if (Date.now() > begun + 2 * rampUp) samples.push(now);
      const elapsed = Math.round((Date.now() - begun) / 1000);
      if (elapsed >= told) t.diagnostic(`${elapsed} s: ${JSON.stringify({ ...now, ...totals })}`);
      if (elapsed >= told) told += 60;
      await sleep(1000);
    }
  };
  const random = new Random();
  const users = Array.from({ length: answers }, (_, i) => beOneUser(server, i, random.fork(i), end, totals));
  try {
    await Promise.all([watch(), ...users]);
  } finally {
    over = true;
  }

  const quarter = Math.floor(samples.length / 4);
  assert.ok(quarter > 0, 'long enough to compare its quarters');
  const of = (part, name) => median(part.map((each) => each[name]));
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
  for (const name of ['mebibytes', 'descriptors', 'threads'])
    t.diagnostic(`${name}: first quarter ${of(first, name).toFixed(1)}, last quarter ${of(last, name).toFixed(1)}`);
  t.diagnostic(JSON.stringify(totals));
  // The number of active answers varies, so the resources used for them vary too.
  assert.ok(of(last, 'mebibytes') <= of(first, 'mebibytes') * 1.1 + 4, 'memory is flat');
  assert.ok(of(last, 'descriptors') <= of(first, 'descriptors') * 1.1 + 16, 'descriptors are flat');
  assert.equal(of(last, 'threads'), of(first, 'threads'), 'threads are the same');
});
