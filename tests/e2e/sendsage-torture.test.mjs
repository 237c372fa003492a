// S1, X2: channels while processes die and connections are cut. Every tab ends with exactly the events that were published, in
// order, none twice.
//
// BELAY_ROUNDS is the number of kills (default 4), BELAY_USERS that of users (default 10), each with two tabs. BELAY_SEED
// repeats a run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { begin, sleep, slowness } from './lib/deadline.mjs';
import { Random, seed } from './lib/random.mjs';
import { Sendsage, Tab } from './lib/sendsage.mjs';
import { startServer } from './lib/server.mjs';

const rounds = Number(process.env.BELAY_ROUNDS ?? 4);
const users = Number(process.env.BELAY_USERS ?? 10);

// Posts a question to a server that may die. The Idempotency-Key makes it safe to repeat the request.
async function askThroughCrash(client, kind, prompt, key) {
  const end = Date.now() + 30000 * slowness;
  for (;;) {
    const answer = await client.post(kind, prompt, { headers: { 'idempotency-key': key } }).catch(() => null);
    if (answer?.status === 202) return answer.json.request_id;
    assert.ok(answer === null, `the question is accepted: ${answer?.text}`);
    assert.ok(Date.now() < end, 'the server comes back');
    await sleep(20);
  }
}

test(`S1, X2: ${rounds} kills and random cuts under ${users} users with two tabs each (seed ${seed})`, { timeout: 3600000 }, async (t) => {
  const server = await startServer(t, {
    restarts: true,
    settings: {
      'sendsage.slow_after': '300ms',
      'sendsage.rate_premium': 10000,
      'engine.channel_max_events': 100000,
      'engine.channel_max_bytes': '1GiB',
    },
  });
  const random = new Random();
  const people = Array.from({ length: users }, (_, i) => {
    const client = new Sendsage(server, `user-${i}:premium`);
    return { client, tabs: [new Tab(), new Tab()], asked: [], cuts: 0, dice: new Random(random.between(1, 2 ** 30)) };
  });
  // All tabs begin before the first question.
  for (const { client, tabs } of people) for (const tab of tabs) await client.begin(tab);
  for (let round = 0; round < rounds; round++) {
    const work = people.map(async (person) => {
      const { client, tabs, asked, dice } = person;
      const kind = dice.between(0, 1) ? 'premium' : 'basic';
      const words = Array.from({ length: dice.between(3, 40) }, (_, i) => `w${i}${dice.between(0, 3) ? '' : '.'}`);
      await sleep(dice.between(0, 300));
      asked.push(await askThroughCrash(client, kind, `echo:${words.join(' ')} @${dice.between(20, 200)}/s`, `k-${round}`));
      const all = (tab) => asked.every((id) => tab.isOver(id));
      await Promise.all(
        tabs.map((tab) =>
          client.follow(tab, all, {
            deadline: 60000,
            cuts: () => {
              if (dice.between(0, 2)) return null;
              person.cuts++;
              return { after: dice.between(1, 3000), where: 'byte', how: dice.between(0, 1) ? 'rst' : 'fin' };
            },
          }),
        ),
      );
    });
    const all = begin(Promise.all(work));
    await sleep(random.between(50, 900));
    await server.restart();
    await all;
  }
  let answers = 0;
  for (const { client, tabs, asked } of people) {
    assert.deepEqual(tabs[0].events, tabs[1].events, `two tabs of ${client.user}`);
    assert.equal(tabs[0].resets, 0);
    for (const id of asked) {
      const events = tabs[0].of(id);
      const names = events.map(({ event }) => event);
      assert.equal(names[0], 'processing', `${id}: ${names}`);
      const ends = names.filter((name) => ['response', 'error'].includes(name));
      assert.equal(ends.length, 1, `${id}: ${names}`);
      if (names.at(-1) !== 'response') continue;
      answers++;
      const parts = events.filter(({ event }) => event === 'partial_response');
      if (parts.length) assert.equal(parts.map(({ data }) => data.text).join(''), events.at(-1).data.text);
    }
  }
  assert.ok(answers > 0);
  t.diagnostic(`${answers} answers, ${people.reduce((sum, { cuts }) => sum + cuts, 0)} cuts, ${rounds} kills`);
});
