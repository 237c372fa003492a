import { useEffect, useRef, useState } from 'react';

const kReveal = 250; // milliseconds within which everything that waits is shown
const kAtOnce = 600; // more than that comes after a pause: it is not typed out

/**
 * The text as it is shown: what arrives in bursts is revealed once per frame, and never later than a quarter of a second.
 * Text that is there at first, text that is replaced, and the end of the answer are shown at once.
 */
export function useSmoothText(text: string, isStreaming: boolean): string {
  const [shown, setShown] = useState(text.length);
  const state = useRef({ shown: text.length, text, at: 0, debt: 0 });
  useEffect(() => {
    const current = state.current;
    const isGrowth = text.startsWith(current.text.slice(0, current.shown));
    current.text = text;
    const waiting = text.length - current.shown;
    if (!isStreaming || !isGrowth || waiting <= 0 || waiting > kAtOnce || prefersReducedMotion()) {
      current.shown = text.length;
      setShown(text.length);
      return;
    }
    let frame = requestAnimationFrame(function reveal(now) {
      const elapsed = Math.min(64, current.at === 0 ? 16 : now - current.at);
      current.at = now;
      const left = current.text.length - current.shown;
      current.debt += (left * elapsed) / kReveal;
      const step = Math.min(left, Math.max(1, Math.floor(current.debt)));
      current.debt = Math.max(0, current.debt - step);
      let next = current.shown + step;
      // Not within a character of two units.
      if (/[\uD800-\uDBFF]/.test(current.text[next - 1] ?? '')) next++;
      current.shown = Math.min(next, current.text.length);
      setShown(current.shown);
      if (current.shown < current.text.length) frame = requestAnimationFrame(reveal);
      else current.at = 0;
    });
    return () => cancelAnimationFrame(frame);
  }, [text, isStreaming]);
  return isStreaming && shown < text.length ? text.slice(0, shown) : text;
}

export const prefersReducedMotion = (): boolean =>
  typeof matchMedia !== 'undefined' && matchMedia('(prefers-reduced-motion: reduce)').matches;
