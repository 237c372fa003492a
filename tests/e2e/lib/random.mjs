// Repeatable randomness: the seed is BELAY_SEED, or a new one, and is printed by each file that uses it.
import { randomInt } from 'node:crypto';

export const seed = Number(process.env.BELAY_SEED ?? randomInt(1, 2 ** 31));

// mulberry32: 32 bits of state are plenty for choosing bytes and moments.
export class Random {
  constructor(start = seed) {
    this.state = start >>> 0;
  }

  // In [0, 1).
  fraction() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  // A whole number, both ends included.
  between(low, high) {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  // A generator of its own for one of several actors, so that the order in which they run changes nothing.
  fork(number) {
    return new Random(Math.imul(this.state ^ 0x9e3779b9, number * 2 + 1) >>> 0);
  }
}
