// Waiting that a signal or the page can end.

/** Rejects with the signal's reason if it aborts first. The work goes on, and its error is ignored then. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as unknown);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Resolves after so many milliseconds, or when `wake` is called. */
export function pause(milliseconds: number, signal?: AbortSignal, onWake?: (wake: () => void) => () => void): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  let forget: (() => void) | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
    forget = onWake?.(resolve);
  });
  return abortable(waited, signal).finally(() => {
    clearTimeout(timer);
    forget?.();
  });
}

/** Why the page may have lost its connections, or may reach the server again. */
export type WakeReason = 'visible' | 'online' | 'pageshow';

const sleepers = new Set<(reason: WakeReason) => void>();

const onVisible = () => {
  if (document.visibilityState === 'visible') wakeAll('visible');
};
const onOnline = () => wakeAll('online');
const onPageShow = (event: PageTransitionEvent) => {
  if (event.persisted) wakeAll('pageshow');
};
function wakeAll(reason: WakeReason): void {
  for (const wake of [...sleepers]) wake(reason);
}

/** Calls `wake` when the page becomes visible, gets a network, or is restored. Outside a page: never. Returns how to stop. */
export function onPageWake(wake: (reason: WakeReason) => void): () => void {
  const isPage = typeof document !== 'undefined' && typeof window !== 'undefined';
  if (isPage && sleepers.size === 0) {
    document.addEventListener('visibilitychange', onVisible);
    window.addEventListener('online', onOnline);
    window.addEventListener('pageshow', onPageShow);
  }
  sleepers.add(wake);
  return () => {
    if (!sleepers.delete(wake) || sleepers.size > 0 || !isPage) return;
    document.removeEventListener('visibilitychange', onVisible);
    window.removeEventListener('online', onOnline);
    window.removeEventListener('pageshow', onPageShow);
  };
}

export const isOffline = (): boolean => typeof navigator !== 'undefined' && navigator.onLine === false;

/** The delay before attempt `attempt` (1 is the first): doubled each time up to `max`, and spread, so that clients do not come together. */
export function backoff(attempt: number, base: number, max: number): number {
  return Math.min(max, base * 2 ** Math.min(attempt - 1, 16)) * (0.5 + Math.random() / 2);
}
