import { useEffect, useRef, useState, type ReactNode } from 'react';
import { client, online } from '../lib/client.ts';
import { route } from '../lib/route.ts';
import { useKeys } from '../lib/keys.ts';
import { Store, useStore } from '../lib/store.ts';
import { IconButton } from './controls.tsx';

export const drawer = new Store(false);

export type ConnectionState = 'live' | 'ready' | 'reconnecting' | 'offline';

/** What the page's streams say together: lost wins, then live. */
export function useConnectionState(): ConnectionState {
  const connections = useStore({ get: client.connections.getSnapshot, subscribe: client.connections.subscribe });
  const isOnline = useStore(online);
  const [now, setNow] = useState(() => Date.now());
  const lost = connections.filter((each) => each.lostAt !== undefined && each.status !== 'closed');
  useEffect(() => {
    if (lost.length === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), 1050);
    return () => clearTimeout(timer);
  }, [lost.length]);
  if (!isOnline) return 'offline';
  if (lost.some((each) => Math.max(now, Date.now()) - each.lostAt! >= 1000)) return 'reconnecting';
  const answers = connections.filter((each) => each.status !== 'closed' && (each.status === 'open' || each.lostAt !== undefined) && each.path.startsWith('/api/chat/stream'));
  return answers.length > 0 || extraLive.get() ? 'live' : 'ready';
}

/** An answer that comes over a shared stream or a socket. */
export const extraLive = new Store(false);

const words: Record<ConnectionState, string> = { live: 'Live', ready: 'Ready', reconnecting: 'Reconnecting', offline: 'Offline' };

export function ConnectionBadge({ state }: { state?: ConnectionState }) {
  const own = useConnectionState();
  useStore(extraLive);
  const shown = state ?? own;
  const well = shown === 'live' || shown === 'ready';
  const kind = shown === 'reconnecting' ? 'hold' : shown === 'offline' ? 'off' : 'live';
  return (
    <span className={`connbox ${well ? 'no-phone' : ''}`}>
      <span className={`conn ${kind}`} role="status">
        <span className={`dot ${kind === 'live' ? '' : kind} ${shown === 'live' ? 'pulse' : ''}`} />
        {words[shown]}
      </span>
    </span>
  );
}

export function TopBar({ title, lined = false, hidden = false, start, mid, end, state }: { title: string; lined?: boolean; hidden?: boolean; start?: ReactNode; mid?: ReactNode; end?: ReactNode; state?: ConnectionState }) {
  return (
    <header className={`top ${lined ? 'lined' : ''}`}>
      <IconButton icon="menu" label="Open the list of chats" big className="only-phone" onClick={() => drawer.set(true)} />
      <h1 className={start ? 'cut' : 'cut grow'} dir="auto">
        {hidden ? <span className="vh">{title}</span> : title}
      </h1>
      {start}
      {start && <span className="grow" />}
      {mid}
      <ConnectionBadge {...(state && { state })} />
      {end}
    </header>
  );
}

/** The drawer of a phone: focus is kept inside, Escape closes it. */
export function useDrawer() {
  const isOpen = useStore(drawer);
  const place = useStore(route);
  const side = useRef<HTMLElement>(null);
  useEffect(() => drawer.set(false), [place]);
  useEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement as HTMLElement | null;
    const focusable = () => [...(side.current?.querySelectorAll<HTMLElement>('a[href], button, input') ?? [])].filter((each) => each.offsetParent !== null && each.tabIndex >= 0);
    focusable()[0]?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Tab') return;
      const all = focusable();
      const at = all.indexOf(document.activeElement as HTMLElement);
      const next = event.shiftKey ? (at <= 0 ? all.at(-1) : undefined) : at === all.length - 1 ? all[0] : undefined;
      if (next) {
        event.preventDefault();
        next.focus();
      }
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      before?.focus();
    };
  }, [isOpen]);
  useKeys({ Escape: () => (drawer.get() ? drawer.set(false) : false) });
  return { isOpen, side };
}
