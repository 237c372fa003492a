import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const kNear = 80; // pixels from the end within which the view follows

export interface Follow {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isFollowing: boolean;
  toEnd: () => void;
}

/** Keeps the end in view while text arrives, until the reader moves up by wheel, key or touch. */
export function useFollow(): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [isFollowing, setIsFollowing] = useState(true);
  const set = useCallback((value: boolean) => {
    following.current = value;
    setIsFollowing(value);
  }, []);
  const toEnd = useCallback(() => {
    const view = scroller.current;
    if (view) view.scrollTop = view.scrollHeight;
    set(true);
  }, [set]);

  useEffect(() => {
    const view = scroller.current;
    const inner = content.current;
    if (!view || !inner) return;
    let touchY = 0;
    let lastTop = view.scrollTop;
    const isScrollable = () => view.scrollHeight > view.clientHeight;
    const letGo = () => {
      if (!isScrollable()) return;
      set(false);
      lastTop = view.scrollTop; // the event of a scroll from before may still come
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0) letGo();
    };
    const onKey = (event: KeyboardEvent) => {
      if (['ArrowUp', 'PageUp', 'Home'].includes(event.key) && !(event.target instanceof HTMLTextAreaElement)) letGo();
    };
    const onTouchStart = (event: TouchEvent) => (touchY = event.touches[0]?.clientY ?? 0);
    const onTouchMove = (event: TouchEvent) => {
      if ((event.touches[0]?.clientY ?? 0) > touchY + 4) letGo();
    };
    const onScroll = () => {
      const moved = view.scrollTop - lastTop;
      lastTop = view.scrollTop;
      const left = view.scrollHeight - view.clientHeight - view.scrollTop;
      if (moved > 0 && left < kNear) set(true);
      else if (moved < 0 && left > kNear) set(false); // by the scroll bar
    };
    const observer = new ResizeObserver(() => {
      if (following.current) view.scrollTop = view.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(view);
    view.addEventListener('wheel', onWheel, { passive: true });
    view.addEventListener('keydown', onKey);
    view.addEventListener('touchstart', onTouchStart, { passive: true });
    view.addEventListener('touchmove', onTouchMove, { passive: true });
    view.addEventListener('scroll', onScroll, { passive: true });
    view.scrollTop = view.scrollHeight;
    return () => {
      observer.disconnect();
      view.removeEventListener('wheel', onWheel);
      view.removeEventListener('keydown', onKey);
      view.removeEventListener('touchstart', onTouchStart);
      view.removeEventListener('touchmove', onTouchMove);
      view.removeEventListener('scroll', onScroll);
    };
  }, [set]);
  return { scroller, content, isFollowing, toEnd };
}
