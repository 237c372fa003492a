// Scrolling that follows the newest text only while the reader is at the end. Any upward wheel, key or touch lets go.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const kNear = 80;

export function useFollow() {
  const box = useRef<HTMLElement | null>(null);
  const follows = useRef(true);
  const last = useRef(0); // where it was scrolled to
  const [away, setAway] = useState(false);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const content = useRef<Element | null>(null);

  const isNear = (element: HTMLElement) => element.scrollHeight - element.scrollTop - element.clientHeight <= kNear;
  const toEnd = useCallback(() => {
    const element = box.current;
    if (!element) return;
    follows.current = true;
    setAway(false);
    element.scrollTop = element.scrollHeight;
  }, []);

  const letGo = useCallback((element: HTMLElement) => {
    if (element.scrollHeight <= element.clientHeight) return;
    follows.current = false;
    last.current = element.scrollTop; // the event of a scroll from before may still come
  }, []);

  const ref = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    box.current = element;
    if (!element) return;
    const grown = () => {
      if (follows.current) element.scrollTop = element.scrollHeight;
      else setAway(!isNear(element));
    };
    // With the change itself, before it is painted; the observer is for everything else that changes the height.
    element.addEventListener('grow', grown);
    element.addEventListener('hold', () => letGo(element));
    observer.current = new ResizeObserver(grown);
    observer.current.observe(element);
    content.current = null;
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The content may have been replaced by another: an empty chat by a conversation.
    const first = element.firstElementChild;
    if (first && first !== content.current) {
      if (content.current) observer.current?.unobserve(content.current);
      content.current = first;
      observer.current?.observe(first);
    }
    let touch = 0;
    const onWheel = (event: WheelEvent) => event.deltaY < 0 && letGo(element);
    const onKey = (event: KeyboardEvent) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && !/TEXTAREA|INPUT/.test((event.target as HTMLElement).tagName) && letGo(element);
    const onTouch = (event: TouchEvent) => (touch = event.touches[0]?.clientY ?? 0);
    const onMove = (event: TouchEvent) => (event.touches[0]?.clientY ?? 0) > touch && letGo(element);
    const onScroll = () => {
      const near = isNear(element);
      if (near && element.scrollTop > last.current) follows.current = true;
      last.current = element.scrollTop;
      setAway(!near && !follows.current);
    };
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('keydown', onKey);
    element.addEventListener('touchstart', onTouch, { passive: true });
    element.addEventListener('touchmove', onMove, { passive: true });
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('touchstart', onTouch);
      element.removeEventListener('touchmove', onMove);
      element.removeEventListener('scroll', onScroll);
    };
  });

  useLayoutEffect(() => () => observer.current?.disconnect(), []);
  return { ref, box, away, toEnd };
}
