// Repeatable random numbers. The seed is BELAY_SEED, or a new one. Each test file that uses this prints its seed.
import { randomInt } from 'node:crypto';

export const seed = Number(process.env.BELAY_SEED ?? randomInt(1, 2 ** 31));

// mulberry32. Its 32 bits of state are enough to choose bytes and times.
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

  // An integer from `low` to `high`, both included.
  between(low, high) {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  // A separate generator for one of several concurrent clients, so that the order in which they run does not change its numbers.
  fork(number) {
    return new Random(Math.imul(this.state ^ 0x9e3779b9, number * 2 + 1) >>> 0);
  }
}
