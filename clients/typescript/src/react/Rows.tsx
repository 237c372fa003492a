import { memo, useLayoutEffect, useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import type { JoinedMessage } from '../chat/joined.js';

const kRows = 20; // messages of a group
const kGuess = 160; // pixels of a message that was never shown
const kNear = 1500; // pixels around the view within which groups are rendered

export interface RowsProps {
  messages: readonly JoinedMessage[];
  scroller: RefObject<HTMLElement | null>;
  /** Renders a message. The same function as long as nothing but messages changes. */
  row: (message: JoinedMessage) => ReactElement;
}

/** A list of any length: only groups near the view are rendered, the others keep their height. The newest group always is. */
export function Rows({ messages, scroller, row }: RowsProps): ReactElement {
  // Groups begin at the same messages when older ones are put before them.
  const anchor = useRef<string | undefined>(undefined);
  let at = messages.findIndex(({ key }) => key === anchor.current);
  if (at < 0) {
    anchor.current = messages[0]?.key;
    at = 0;
  }
  const groups: (readonly JoinedMessage[])[] = [];
  for (let begin = 0, end = at % kRows || kRows; begin < messages.length; begin = end, end += kRows)
    groups.push(messages.slice(begin, end));
  return (
    <>
      {groups.map((group, index) => (
        <Group key={group[0]!.key} messages={group} scroller={scroller} row={row} isNewest={index >= groups.length - 2} />
      ))}
    </>
  );
}

interface GroupProps extends RowsProps {
  isNewest: boolean;
}

const Group = memo(
  function Group({ messages, scroller, row, isNewest }: GroupProps): ReactElement {
    const element = useRef<HTMLDivElement>(null);
    const height = useRef(messages.length * kGuess);
    const [isNear, setIsNear] = useState(isNewest);
    const isShown = isNear || isNewest;
    useEffect(() => {
      const group = element.current;
      if (!group || typeof IntersectionObserver === 'undefined') return setIsNear(true);
      const observer = new IntersectionObserver(
        (entries) => {
          const isHere = entries.at(-1)!.isIntersecting;
          if (!isHere) height.current = group.offsetHeight || height.current;
          // What has the focus stays.
          if (isHere || !group.contains(document.activeElement)) setIsNear(isHere);
        },
        { root: scroller.current, rootMargin: `${kNear}px 0px` },
      );
      observer.observe(group);
      return () => observer.disconnect();
    }, [scroller]);
    useIsomorphicLayoutEffect(() => {
      if (element.current) element.current.style.height = isShown ? '' : `${height.current}px`;
    }, [isShown]);
    return (
      <div className="belay-rows" ref={element}>
        {isShown && messages.map(row)}
      </div>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.isNewest === after.isNewest &&
    before.messages.length === after.messages.length &&
    before.messages.every((message, index) => message === after.messages[index]),
);

const useIsomorphicLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;
