// G2, X1, X2: sockets while processes die and connections are cut. Every device ends with exactly the messages that were sent to
// its user, in order, none twice.
//
// BELAY_ROUNDS is the number of kills (default 3), BELAY_SOCKETS that of sockets (default 10), two for each user; BELAY_CUTS
// bounds the cuts (default 30). BELAY_SEED repeats a run. In full: BELAY_ROUNDS=100 BELAY_SOCKETS=50 BELAY_CUTS=300.
import assert from 'node:assert/strict';
import test from 'node:test';
import { begin, sleep, slowness } from './lib/deadline.mjs';
import { Coach, Device } from './lib/goal_coach.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';

const rounds = Number(process.env.BELAY_ROUNDS ?? 3);
const sockets = Number(process.env.BELAY_SOCKETS ?? 10);
const maxCuts = Number(process.env.BELAY_CUTS ?? 30);

// Says it on a server that may die. The key makes it safe to say it again. Returns the answer's id.
async function askThroughCrash(coach, content, key) {
  const end = Date.now() + 60000 * slowness;
  for (;;) {
    assert.ok(Date.now() < end, 'the server comes back');
    const socket = await coach.connect().catch(() => null);
    if (socket) {
      socket.say({ type: 'message', content, key });
      const accepted = await Promise.race([
        socket.until(() => socket.device.others.find(({ type }) => type === 'accepted' || type === 'error'), 'an answer').catch(() => null),
        socket.ended.then(() => null),
      ]);
      socket.socket.terminate();
      if (accepted?.type === 'accepted') return accepted.message_id;
      // The answer before was cut off by the crash, and is being taken over.
      assert.ok(!accepted || ['too_many_active', 'unavailable', 'draining', 'conflict'].includes(accepted.error), JSON.stringify(accepted));
    }
    await sleep(30);
  }
}

test(`G2, X1, X2: ${rounds} kills and random cuts under ${sockets} sockets (seed ${seed})`, { timeout: 3600000 }, async (t) => {
  const server = await startServer(t, {
    restarts: true,
    settings: { 'goal_coach.rate': 10000, 'engine.channel_max_events': 1000000, 'engine.channel_max_bytes': '1GiB' },
  });
  const random = new Random();
  let cuts = 0;
  const people = Array.from({ length: Math.ceil(sockets / 2) }, (_, i) => ({
    coach: new Coach(server, `user-${i}`),
    devices: [new Device(), new Device()],
    asked: [],
    dice: new Random(random.between(1, 2 ** 30)),
  }));
  // All devices begin before the first message.
  for (const { coach, devices } of people) for (const device of devices) (await coach.connect(device)).close();
  for (let round = 0; round < rounds; round++) {
    const work = people.map(async ({ coach, devices, asked, dice }) => {
      const words = Array.from({ length: dice.between(3, 40) }, (_, i) => `w${i}`).join(' ');
      await sleep(dice.between(0, 300));
      const id = await askThroughCrash(coach, `echo:${words} @${dice.between(20, 200)}/s`, `k-${round}`);
      asked.push({ id, words });
      const cut = () => {
        if (cuts >= maxCuts || dice.between(0, 2)) return null;
        cuts++;
        return dice.between(1, 400);
      };
      await Promise.all(devices.map((device) => coach.follow(device, () => asked.every(({ id: each }) => device.end(each)), { deadline: 120000, cut })));
    });
    const all = begin(Promise.all(work));
    await sleep(random.between(50, 900));
    await server.restart();
    await all;
  }
  let answers = 0;
  for (const { coach, devices, asked } of people) {
    assert.deepEqual(devices[0].events, devices[1].events, `two devices of ${coach.user}`);
    assert.equal(devices[0].resets, 0);
    for (const { id, words } of asked) {
      const events = devices[0].of(id);
      assert.equal(events[0].type, 'typing', id);
      assert.equal(events.filter(({ type }) => type === 'response' || type === 'error').length, 1, id);
      if (events.at(-1).type !== 'response') continue;
      answers++;
      assert.equal(events.at(-1).content, words);
      assert.equal(events.filter(({ type }) => type === 'response_chunk').map(({ content }) => content).join(''), words);
    }
  }
  assert.ok(answers > 0);
  t.diagnostic(`${answers} answers, ${cuts} cuts, ${rounds} kills`);
});
