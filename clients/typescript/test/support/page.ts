// A page for code that listens to one: as much of `document` and `window` as the client uses.
import { onTestFinished, vi } from 'vitest';

export interface FakePage {
  show(): void;
  hide(): void;
  goOffline(): void;
  goOnline(): void;
  restore(): void;
  /** How many listeners are registered. */
  listeners(): number;
}

export function fakePage(): FakePage {
  let count = 0;
  class Counted extends EventTarget {
    override addEventListener(...args: Parameters<EventTarget['addEventListener']>) {
      count++;
      super.addEventListener(...args);
    }
    override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>) {
      count--;
      super.removeEventListener(...args);
    }
  }
  const document = Object.assign(new Counted(), { visibilityState: 'visible' });
  const window = new Counted();
  const navigator = { onLine: true };
  vi.stubGlobal('document', document);
  vi.stubGlobal('window', window);
  vi.stubGlobal('navigator', navigator);
  onTestFinished(() => void vi.unstubAllGlobals());
  const see = (state: string) => {
    document.visibilityState = state;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return {
    show: () => see('visible'),
    hide: () => see('hidden'),
    goOffline: () => void (navigator.onLine = false),
    goOnline: () => {
      navigator.onLine = true;
      window.dispatchEvent(new Event('online'));
    },
    restore: () => void window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
    listeners: () => count,
  };
}
