// The page's one client. Requests carry the session cookie; a 401 asks for a new sign-in and everything goes on afterwards.
import { BelayClient, type LogEntry } from '@belay/client';
import { Store } from './store.ts';
import { expire, signIn } from './session.ts';

type Watcher = (entry: LogEntry) => void;
const watchers = new Set<Watcher>();

/** Every step of the client, for the developer panel. */
export function watchLog(watcher: Watcher): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export const client = new BelayClient({
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401) expire();
    return response;
  },
  log: (entry) => {
    for (const watcher of watchers) watcher(entry);
  },
  maxDelay: 8000,
});

export const online = new Store(typeof navigator === 'undefined' ? true : navigator.onLine);
if (typeof window !== 'undefined') {
  addEventListener('online', () => online.set(true));
  addEventListener('offline', () => online.set(false));
}

/** Resolves when somebody is signed in again. */
export function signedIn(): Promise<void> {
  if (signIn.get().state === 'in') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = signIn.subscribe(() => {
      if (signIn.get().state !== 'in') return;
      stop();
      resolve();
    });
  });
}
