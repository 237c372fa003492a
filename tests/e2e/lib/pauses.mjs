// Stops one process of a test run after the other for up to two seconds: a test file, a server, a browser. On a busy machine any
// process may stop at any line; a test that fails then assumes an order or a time that nobody promises.
//
//   node lib/pauses.mjs PID SEED    PID: the run, whose descendants are stopped; ends with it
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { sleep } from './deadline.mjs';
import { Random } from './random.mjs';

const [run, seed] = process.argv.slice(2).map(Number);
const random = new Random(seed);

// {pid: parent} of all processes. The name in `stat` is in parentheses and may hold any character.
function parents() {
  const found = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      found.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended.
    }
  }
  return found;
}

function descendants() {
  const all = parents();
  if (!all.has(run)) return null;
  const isBelow = (pid) => pid === run || (all.has(pid) && isBelow(all.get(pid)));
  return [...all.keys()].filter((pid) => pid !== run && pid !== process.pid && isBelow(pid));
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false; // it has ended
  }
}

let stops = 0;
for (let pids; (pids = descendants()) !== null; await sleep(random.between(50, 600))) {
  if (pids.length === 0) continue;
  const pid = random.pick(pids);
  if (!signal(pid, 'SIGSTOP')) continue;
  await sleep(random.between(200, 2000));
  signal(pid, 'SIGCONT');
  stops++;
}
console.log(`${stops} times one process was stopped`);
