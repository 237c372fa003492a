// The smallest external store: a value, and those who want to know when it changes.
import { useRef, useSyncExternalStore } from 'react';

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: Partial<T>): void {
    this.set({ ...this.value, ...change });
  }
}

interface Readable<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** A part of a store's value. The component is drawn again only when that part changes; `pick` must return the same object for the same value. */
export function usePart<T, P>(store: Readable<T>, pick: (value: T) => P): P {
  const last = useRef<{ value: T; part: P } | undefined>(undefined);
  const get = () => {
    const value = store.get();
    if (last.current && Object.is(last.current.value, value)) return last.current.part;
    const part = pick(value);
    last.current = { value, part };
    return part;
  };
  return useSyncExternalStore(store.subscribe, get, get);
}
