// Waits with a deadline. Every wait of these tests uses this file. When the deadline passes, the error says what the test was
// waiting for. A deadline is only a bound for what hangs, so none is shorter than `least`: on a busy machine any process may stop for
// seconds.
//
// BELAY_SLOW multiplies all deadlines: use it for a server with sanitizers, or on a loaded machine.

export const slowness = Number(process.env.BELAY_SLOW ?? 1);

const least = 20000;
const bound = (ms) => Math.max(ms, least) * slowness;

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// Marks a promise that the test awaits later. If it fails before that, Node does not report an unhandled rejection; the later
// await throws the error.
export function begin(work) {
  work.catch(() => {});
  return work;
}

// `what` is a text, or a function that is called for the text when the deadline has passed.
function lateness(what, ms) {
  return new Error(`not within ${bound(ms)} ms: ${typeof what === 'function' ? what() : what}`);
}

export function within(ms, what, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(lateness(what, ms)), bound(ms));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// Calls `probe` every `every` milliseconds until it returns something true, and returns that. The last call is after the deadline.
export async function until(ms, what, probe, every = 20) {
  const end = performance.now() + bound(ms);
  for (;;) {
    const isLast = performance.now() > end;
    const answer = await probe();
    if (answer) return answer;
    if (isLast) throw lateness(what, ms);
    await sleep(every);
  }
}
