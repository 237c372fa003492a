// X1: a stream that is cut at any byte and resumed loses nothing and repeats nothing.
//
// BELAY_ROUNDS is the number of streams (default 30; ./torture sets 300). BELAY_SEED repeats a run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';

const rounds = Number(process.env.BELAY_ROUNDS ?? 30);
const atOnce = 30;

// Characters of one to four bytes, and characters that are special in JSON and SSE.
const alphabet = [...'abc é ß ж שלום 你好 नमस्ते 🜁 👩‍🚀 "\\/ data: id: {}[]', '\n', '\t'];

function prose(random, length) {
  return `<${Array.from({ length }, () => random.pick(alphabet)).join('')}>`;
}

test(
  `X1: ${rounds} streams cut at random bytes by FIN and RST, and resumed, are exact`,
  { timeout: 600000 },
  async (t) => {
    t.diagnostic(`BELAY_SEED=${seed}`);
    const server = await startServer(t);
    const random = new Random();
    const cuts = [];
    let connections = 0;

    const one = async (number) => {
      const dice = random.fork(number);
      const client = new Assistant(server, `reader-${number}`);
      const text = number % 2 ? prose(dice, dice.between(200, 3000)) : words(dice.between(50, 1500));
      const pace = dice.pick(['', ' @200/s', ' @1000/s', ' @5000/s']);
      const id = await client.ask(`echo:${text}${pace}`);
      const wanted = dice.between(1, 12);
      const followed = await client.followToEnd(id, {
        cuts: (attempt) => {
          if (attempt >= wanted) return null;
          return {
            after: dice.between(1, 3000),
            where: dice.pick(['byte', 'event', 'character']),
            how: dice.pick(['fin', 'rst']),
          };
        },
      });
      assert.equal(followed.terminal.event, 'complete');
      assert.ok(
        followed.text === text,
        `stream ${number}: the text is exact (${followed.text.length} of ${text.length} characters)`,
      );
      assert.equal(followed.restarts, 0);
      cuts.push(...followed.cutsMade);
      connections += followed.connections;
    };

    for (let first = 0; first < rounds; first += atOnce) {
      await Promise.all(Array.from({ length: Math.min(atOnce, rounds - first) }, (_, i) => one(first + i)));
    }
    const count = (key, value) => cuts.filter((cut) => cut[key] === value).length;
    const kinds = [
      ['how', 'fin'],
      ['how', 'rst'],
      ['where', 'byte'],
      ['where', 'event'],
      ['where', 'character'],
    ];
    const counted = kinds.map(([key, value]) => `${value} ${count(key, value)}`).join(', ');
    t.diagnostic(`${rounds} streams, ${connections} connections, ${cuts.length} cuts: ${counted}`);
    assert.ok(cuts.length >= rounds, 'the cuts did happen');
    for (const [key, value] of kinds) assert.ok(count(key, value) > 0, `some of each kind: ${value}`);
  },
);
