import { memo, useEffect, useRef, useState } from 'react';
import { changeChat, chatList, deleteChat, kUndoTime, loadArchived, loadMoreChats, searchChats, undoDelete, type Chat } from '../chat/chats.ts';
import { forgetSession } from '../chat/sessions.ts';
import { useKeys } from '../lib/keys.ts';
import { go, hrefOfChat, route, type Route } from '../lib/route.ts';
import { signIn, signOut } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { period, tierName } from '../lib/words.ts';
import { chooseTheme, themeChoice } from '../lib/theme.ts';
import { announce } from './announce.ts';
import { Button, IconButton, Menu, type MenuItem } from './controls.tsx';
import { Icon, Mark, type IconName } from './icons.tsx';
import { keysDialog } from './keys-dialog.tsx';
import { drawer, useDrawer } from './shell.tsx';

const places: readonly { place: Route['place']; href: string; icon: IconName; name: string }[] = [
  { place: 'chats', href: '#/', icon: 'chat', name: 'Chats' },
  { place: 'climbing', href: '#/climbing', icon: 'peak', name: 'Climbing coach' },
  { place: 'goals', href: '#/goals', icon: 'target', name: 'Goal coach' },
  { place: 'breath', href: '#/breath', icon: 'wind', name: 'Breath coach' },
];

const exports = ['md', 'pdf', 'json'] as const;
const exportNames = { md: 'Markdown', pdf: 'PDF', json: 'JSON' };

/** What can be done with a chat, in its row and in the bar above it. */
export function chatActions(chat: Chat, rename: () => void): MenuItem[] {
  return [
    { label: 'Rename', icon: 'pencil', act: rename },
    { label: chat.pinned ? 'Unpin' : 'Pin', icon: 'pin', act: () => void changeChat(chat, { pinned: !chat.pinned }).catch(() => {}) },
    { label: chat.archived ? 'Take out of the archive' : 'Archive', icon: 'file', act: () => void changeChat(chat, { archived: !chat.archived }).catch(() => {}) },
    ...exports.map((format): MenuItem => ({ label: `Export as ${exportNames[format]}`, icon: 'save', href: `/api/chat/${encodeURIComponent(chat.chatId)}/export?format=${format}` })),
    {
      label: 'Delete',
      icon: 'trash',
      bad: true,
      act: () => {
        deleteChat(chat);
        forgetSession(chat.chatId);
        announce(`${chat.title || 'The chat'} was deleted. Undo is offered for five seconds.`);
        const now = route.get();
        if (now.place === 'chats' && now.chatId === chat.chatId) go('#/');
      },
    },
  ];
}

function RenameField({ chat, done }: { chat: Chat; done: () => void }) {
  const [title, setTitle] = useState(chat.title ?? '');
  const save = () => {
    done();
    if (title.trim() && title !== chat.title) void changeChat(chat, { title: title.trim() }).catch(() => {});
  };
  return (
    <input
      className="rename"
      autoFocus
      aria-label="Title"
      dir="auto"
      maxLength={200}
      value={title}
      onChange={(event) => setTitle(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          done();
        }
      }}
    />
  );
}

const Undo = ({ chat }: { chat: Chat }) => (
  <li className="undo">
    <span className="cut grow">
      Deleted <span dir="auto">{chat.title}</span>
    </span>
    <Button small icon="undo" onClick={() => undoDelete(chat.chatId)}>
      Undo
    </Button>
    <i className="undo-time" style={{ animationDuration: `${kUndoTime}ms` }} />
  </li>
);

const Row = memo(function Row({ chat, current }: { chat: Chat; current: boolean }) {
  const [renaming, setRenaming] = useState(false);
  if (renaming)
    return (
      <li>
        <RenameField chat={chat} done={() => setRenaming(false)} />
      </li>
    );
  return (
    <li className={current ? 'is-current' : ''}>
      <a href={hrefOfChat(chat.chatId)} aria-current={current ? 'page' : undefined}>
        {chat.pinned && <Icon name="pin" small />}
        <span className="title">
          <span className="cut" dir="auto">{chat.title || 'New chat'}</span>
          {chat.match && chat.match.snippet.length > 0 && (
            <small className="cut" dir="auto">
              {chat.match.snippet.map((part, index) => (part.match ? <b key={index}>{part.text}</b> : part.text))}
            </small>
          )}
        </span>
        {chat.running && (
          <span className="run">
            <span className="dot pulse" />
            <span className="vh">Answer running</span>
          </span>
        )}
      </a>
      <Menu label={`Rename, export, archive or delete: ${chat.title || 'New chat'}`} className="more" align="end" items={chatActions(chat, () => setRenaming(true))} />
    </li>
  );
});

function ChatRows({ chats, currentId, grouped }: { chats: readonly Chat[]; currentId: string | undefined; grouped: boolean }) {
  const { leaving } = useStore(chatList);
  const groups = new Map<string, Chat[]>();
  for (const chat of chats) {
    const name = !grouped ? 'Found' : chat.pinned ? 'Pinned' : period(chat.updatedAt ?? Date.now());
    groups.set(name, [...(groups.get(name) ?? []), chat]);
  }
  const pinned = groups.get('Pinned');
  const ordered = [...(pinned ? [['Pinned', pinned] as const] : []), ...[...groups].filter(([name]) => name !== 'Pinned')];
  return ordered.map(([name, rows]) => (
    <section key={name}>
      <h2>{name}</h2>
      <ul>{rows.map((chat) => (leaving.has(chat.chatId) ? <Undo key={chat.chatId} chat={chat} /> : <Row key={chat.chatId} chat={chat} current={chat.chatId === currentId} />))}</ul>
    </section>
  ));
}

/** While the pointer is in the list, its order stays: nothing moves under a finger. */
function useSteadyOrder(chats: readonly Chat[]): { rows: readonly Chat[]; hold: (held: boolean) => void } {
  const [held, hold] = useState(false);
  const order = useRef<string[]>([]);
  if (!held) order.current = chats.map((chat) => chat.chatId);
  const place = new Map(order.current.map((id, index) => [id, index]));
  const rows = held ? [...chats].sort((a, b) => (place.get(a.chatId) ?? -1) - (place.get(b.chatId) ?? -1)) : chats;
  return { rows, hold };
}

function Account() {
  const { session } = useStore(signIn);
  const theme = useStore(themeChoice);
  if (!session) return null;
  const isOperator = session.roles.includes('operator');
  const items: MenuItem[] = [
    ...(['system', 'light', 'dark'] as const).map((value): MenuItem => ({ label: { system: 'As the system', light: 'Light', dark: 'Dark' }[value], group: 'Appearance', checked: theme === value, act: () => chooseTheme(value) })),
    { label: 'All keys', icon: 'list', group: 'Help', note: '?', act: () => keysDialog.set(true) },
    { label: 'API reference', icon: 'file', group: 'Help', href: '/docs' },
    { label: 'Sign out', icon: 'user', group: 'Account', act: () => void signOut() },
  ];
  return (
    <div className="who">
      <span className="face" aria-hidden="true">
        {session.user.slice(0, 1).toUpperCase()}
      </span>
      <span className="grow">
        <b className="cut" dir="auto">{session.user}</b>
        <small>{isOperator ? 'Operator' : tierName(session.tier)}</small>
      </span>
      <Menu label="Account and settings" items={items} up align="end" />
    </div>
  );
}

export function Sidebar() {
  const current = useStore(route);
  const { chats, cursor, known, archived } = useStore(chatList);
  const { session } = useStore(signIn);
  const { isOpen, side } = useDrawer();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<readonly Chat[] | undefined>();
  const search = useRef<HTMLInputElement>(null);
  const { rows, hold } = useSteadyOrder(chats);
  const currentId = current.place === 'chats' ? current.chatId : undefined;

  useEffect(() => {
    const words = query.trim();
    if (!words) return setFound(undefined);
    const waiting = new AbortController();
    const timer = setTimeout(() => {
      searchChats(words, waiting.signal).then(
        (chats) => {
          setFound(chats);
          announce(chats.length === 0 ? 'No chat found.' : `${chats.length} chats found.`);
        },
        () => {},
      );
    }, 150);
    return () => {
      clearTimeout(timer);
      waiting.abort();
    };
  }, [query]);

  const openSearch = () => {
    if (matchMedia('(max-width: 760px)').matches) drawer.set(true);
    requestAnimationFrame(() => search.current?.focus());
  };
  useKeys({ '/': openSearch, 'Ctrl+K': openSearch, 'Ctrl+Shift+O': () => go('#/') });

  const isOperator = session?.roles.includes('operator') ?? false;
  const all = isOperator ? [...places, { place: 'operator' as const, href: '#/operator', icon: 'gauge' as const, name: 'Operator' }] : places;
  return (
    <>
      <aside className={`side ${isOpen ? 'is-open' : ''}`} aria-label="Chats and places" ref={side}>
        <div className="side-top">
          <a className="brand grow" href="#/">
            <Mark />
            Belay
          </a>
          <a className="ib big" href="#/" aria-label="New chat" title="New chat (Ctrl Shift O)">
            <Icon name="compose" />
          </a>
        </div>
        <nav className="places" aria-label="Places">
          {all.map(({ place, href, icon, name }) => (
            <a key={place} href={href} aria-current={current.place === place ? 'page' : undefined}>
              <Icon name={icon} />
              {name}
            </a>
          ))}
        </nav>
        <div className="find" role="search">
          <label className="field">
            <Icon name="search" small />
            <span className="vh">Search chats</span>
            <input
              ref={search}
              placeholder="Search chats"
              value={query}
              dir="auto"
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape' && query) {
                  event.preventDefault();
                  event.stopPropagation();
                  setQuery('');
                } else if (event.key === 'Enter' && found?.[0]) go(hrefOfChat(found[0].chatId));
              }}
            />
            {query ? <IconButton icon="close" label="Clear search" onClick={() => setQuery('')} /> : <kbd className="no-phone">/</kbd>}
          </label>
        </div>
        <div className="chats" tabIndex={-1} onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}>
          {found ? (
            found.length > 0 ? (
              <ChatRows chats={found} currentId={currentId} grouped={false} />
            ) : (
              <div className="nothing">
                <b>No chat contains “{query.trim()}”</b>
                <p>Titles and messages were searched.</p>
                <Button small onClick={() => setQuery('')}>
                  Clear search
                </Button>
              </div>
            )
          ) : rows.length > 0 ? (
            <ChatRows chats={rows} currentId={currentId} grouped />
          ) : (
            known && (
              <div className="nothing">
                <b>No chats yet</b>
                <p>Chats appear here as soon as you ask something. Running answers keep going when you leave.</p>
              </div>
            )
          )}
          {!found && cursor && (
            <Button kind="quiet" small className="wide" onClick={loadMoreChats}>
              Show older chats
            </Button>
          )}
          {!found && archived === undefined && rows.length > 0 && (
            <Button kind="quiet" small className="archive" onClick={() => void loadArchived().catch(() => {})}>
              Archive
            </Button>
          )}
          {!found && archived && (
            <section>
              <h2>Archive</h2>
              {archived.length === 0 ? <p className="hint">Nothing is archived.</p> : <ul>{archived.map((chat) => <Row key={chat.chatId} chat={chat} current={chat.chatId === currentId} />)}</ul>}
            </section>
          )}
        </div>
        <Account />
      </aside>
      {isOpen && <div className="scrim" onClick={() => drawer.set(false)} />}
    </>
  );
}

