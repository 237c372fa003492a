// A long conversation: messages far from the view are replaced by empty space of the same height, group by group. A group that was never
// seen has a guessed height; the browser's scroll anchoring keeps what is being read in its place when the guess is corrected.
import { memo, useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';

const kGroup = 10;
const kGuess = 190; // pixels of one message
const kMargin = '1200px 0px';

const Group = memo(
  function Group({ children, box, near, count }: { children: () => ReactNode; box: RefObject<HTMLElement | null>; near: boolean; count: number; version: unknown }) {
    const element = useRef<HTMLDivElement>(null);
    const [isNear, setNear] = useState(near);
    const height = useRef<number | undefined>(undefined);
    useEffect(() => {
      const target = element.current;
      if (!target) return;
      const observer = new IntersectionObserver(
        ([entry]) => {
          if (!entry) return;
          if (!entry.isIntersecting) height.current = entry.boundingClientRect.height;
          // A group in which somebody works (focus, selection) stays.
          const isUsed = target.contains(document.activeElement) || (getSelection()?.containsNode(target, true) && !getSelection()?.isCollapsed);
          setNear(entry.isIntersecting || Boolean(isUsed));
        },
        { root: box.current, rootMargin: kMargin },
      );
      observer.observe(target);
      return () => observer.disconnect();
    }, [box]);
    return (
      <div ref={element} className="group" style={isNear ? undefined : { height: height.current ?? count * kGuess }}>
        {isNear && children()}
      </div>
    );
  },
  (a, b) => a.version === b.version && a.count === b.count,
);

/** `draw` is called again for a group whenever anything of the list changes; the rows themselves are memoised. */
export function Windowed<T>({ items, keyOf, draw, box, atTop, more }: { items: readonly T[]; keyOf: (item: T) => string; draw: (item: T) => ReactNode; box: RefObject<HTMLElement | null>; atTop: () => void; more: boolean }) {
  const top = useRef<HTMLDivElement>(null);
  const load = useRef(atTop);
  load.current = atTop;
  // Groups are counted from the end of what was there first, so that older messages change no group.
  const anchor = useRef<string | undefined>(undefined);
  const at = anchor.current === undefined ? -1 : items.findIndex((item) => keyOf(item) === anchor.current);
  const start = at >= 0 ? at : 0;
  if (at < 0) anchor.current = items[0] === undefined ? undefined : keyOf(items[0]);
  const groups: T[][] = [];
  const first = start % kGroup;
  if (first > 0) groups.push(items.slice(0, first));
  for (let i = first; i < items.length; i += kGroup) groups.push(items.slice(i, i + kGroup));

  useEffect(() => {
    const target = top.current;
    if (!target || !more) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load.current(), { root: box.current, rootMargin: '1500px 0px 0px' });
    observer.observe(target);
    return () => observer.disconnect();
  }, [more, box, items.length]);

  // Older messages above must not move what is read: browsers without scroll anchoring get the same by hand.
  const before = useRef({ first: undefined as string | undefined, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const key = items[0] === undefined ? undefined : keyOf(items[0]);
    const last = before.current;
    if (last.first !== undefined && key !== last.first && element.scrollTop < 10) element.scrollTop += element.scrollHeight - last.height;
    before.current = { first: key, height: element.scrollHeight };
  });

  return (
    <>
      {more && (
        <div ref={top} className="older" role="status">
          Loading earlier messages…
        </div>
      )}
      {groups.map((group, index) => (
        <Group key={keyOf(group[0]!)} box={box} near={index >= groups.length - 2} count={group.length} version={{}}>
          {() => group.map((item) => <div key={keyOf(item)}>{draw(item)}</div>)}
        </Group>
      ))}
    </>
  );
}
