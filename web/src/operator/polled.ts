import { useCallback, useEffect, useRef, useState } from 'react';
import { faultOf, type Fault } from '../lib/problems.ts';

/** Asks again and again while the page is seen; a refusal stops it. */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, every: number, fail: (fault: Fault) => void): { value: T | undefined; again: () => void } {
  const [value, setValue] = useState<T | undefined>();
  const [turn, setTurn] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const run = async () => {
      try {
        if (!document.hidden) setValue(await asked.current(end.signal));
      } catch (error) {
        if (end.signal.aborted) return;
        fail(faultOf(error));
        if (faultOf(error).code === 'forbidden') return;
      }
      timer = setTimeout(run, every);
    };
    void run();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [every, turn, fail]);
  return { value, again: useCallback(() => setTurn((old) => old + 1), []) };
}
