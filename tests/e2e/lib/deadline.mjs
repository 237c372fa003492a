// Every wait of these tests has a deadline and says, when it passes, what it was waiting for.
//
// BELAY_SLOW multiplies all of them: for a server built with sanitizers, or a loaded machine.

export const slowness = Number(process.env.BELAY_SLOW ?? 1);

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// Work that goes on meanwhile and is awaited later: if it fails before that, the failure waits there too.
export function begin(work) {
  work.catch(() => {});
  return work;
}

// `what` is a text, or a function that makes one when the deadline has passed.
function lateness(what, ms) {
  return new Error(`not within ${ms * slowness} ms: ${typeof what === 'function' ? what() : what}`);
}

export function within(ms, what, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(lateness(what, ms)), ms * slowness);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// Asks `probe` again and again until it answers something true, and returns that.
export async function until(ms, what, probe, every = 20) {
  const end = Date.now() + ms * slowness;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw lateness(what, ms);
    await sleep(every);
  }
}
