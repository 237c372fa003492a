// Waits with a deadline. Every wait of these tests uses this file. When the deadline passes, the error says what the test was
// waiting for.
//
// BELAY_SLOW multiplies all deadlines: use it for a server with sanitizers, or on a loaded machine.

export const slowness = Number(process.env.BELAY_SLOW ?? 1);

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
  return new Error(`not within ${ms * slowness} ms: ${typeof what === 'function' ? what() : what}`);
}

export function within(ms, what, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(lateness(what, ms)), ms * slowness);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// Calls `probe` every `every` milliseconds until it returns something true, and returns that.
export async function until(ms, what, probe, every = 20) {
  const end = Date.now() + ms * slowness;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw lateness(what, ms);
    await sleep(every);
  }
}
