import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { joinContinued, type JoinedMessage } from '../chat/joined.js';
import { Answer } from './Answer.js';
import { copyText } from './Button.js';
import { Composer, type ComposerHandle } from './Composer.js';
import { ConnectionState } from './ConnectionState.js';
import { Icon } from './icons.js';
import { Notice } from './Notice.js';
import { Question } from './Question.js';
import { Rows } from './Rows.js';
import { useAnnouncements } from './useAnnouncements.js';
import { useFollow } from './useFollow.js';
import { useNow } from './useNow.js';
import { useOnline } from './useOnline.js';
import type { Belay } from './useBelay.js';
import { describeError, describeSending, type NoticeAction, type NoticeText } from './words.js';

export interface ChatWindowProps {
  /** What `useBelay` returns. */
  chat: Belay;
  /** `light`, `dark`, or what the system or an element around it says. */
  theme?: 'light' | 'dark';
  className?: string;
  /** Shown above the conversation. Default: a bar with the connection's state; `null`: nothing. */
  header?: ReactNode;
  /** Shown in a chat without messages. */
  empty?: ReactNode;
  placeholder?: string;
  /** In the composer: choosers, attachments. */
  tools?: ReactNode;
  attachments?: ReactNode;
  hint?: ReactNode;
  /** What the page can do when the server asks for it. Without it the action is not offered. */
  onSignIn?: () => void;
  onNewChat?: () => void;
}

/** A whole chat: conversation and composer. Style it with `chat.css` and the custom properties of `tokens.css`. */
export function ChatWindow(props: ChatWindowProps): ReactElement {
  const { chat, theme, className = '', header, empty, placeholder, tools, attachments, hint, onSignIn, onNewChat } = props;
  const { status, connection, history, hasOlder, loadOlder } = chat;
  const messages = useMemo(() => joinContinued(chat.messages), [chat.messages]);
  const [editing, setEditing] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  const { scroller, content, isFollowing, toEnd } = useFollow();
  const isRunning = status === 'submitted' || status === 'streaming';
  const isOnline = useOnline();
  const last = messages.at(-1);
  const lastAnswer = messages.findLast(({ role }) => role === 'assistant');
  const said = useAnnouncements(lastAnswer);
  const current = useRef(chat);
  current.current = chat;

  // Callbacks that do not change, so that finished messages are not rendered again.
  const onEdit = useCallback((id: string | null) => {
    setEditing(id);
    if (id === null) composer.current?.focus();
  }, []);
  const onSave = useCallback((id: string, text: string) => {
    setEditing(null);
    composer.current?.focus();
    void current.current.edit(id, text).then((isAccepted) => {
      if (!isAccepted) composer.current?.restore(text);
    });
  }, []);
  const onBranch = useCallback((id: string) => void current.current.chooseBranch(id), []);
  const onRegenerate = useCallback((id: string) => void current.current.regenerate(id), []);
  const onReact = useCallback((id: string, reaction: 'like' | 'dislike' | null) => void current.current.react(id, reaction), []);
  const onResume = useCallback(() => {
    const { controller } = current.current;
    controller.reconnect();
  }, []);
  const can = useCallback(
    (action: NoticeAction) => (action === 'sign-in' ? onSignIn !== undefined : action === 'new-chat' ? onNewChat !== undefined : true),
    [onSignIn, onNewChat],
  );
  const pageActions = useRef({ onSignIn, onNewChat });
  pageActions.current = { onSignIn, onNewChat };
  const act = useCallback((id: string | undefined, action: NoticeAction) => {
    const { messages: all, retry, resume, continueAnswer } = current.current;
    const at = all.findIndex((message) => message.id === id);
    if (action === 'retry') void retry();
    else if (action === 'resume') void resume();
    else if (action === 'continue' && id !== undefined) void continueAnswer(id);
    else if (action === 'edit') setEditing(all.slice(0, at < 0 ? undefined : at).findLast(({ role }) => role === 'user')?.id ?? null);
    else if (action === 'copy') void copyText(all.findLast(({ role }) => role === 'assistant')?.text ?? '');
    else if (action === 'sign-in') pageActions.current.onSignIn?.();
    else if (action === 'new-chat') pageActions.current.onNewChat?.();
  }, []);

  const send = useCallback(
    (text: string) => {
      toEnd();
      return current.current.sendMessage(text);
    },
    [toEnd],
  );
  const stop = useCallback(() => void current.current.stop(), []);
  const editLast = useCallback(() => {
    const question = current.current.messages.findLast(({ role }) => role === 'user');
    if (question) setEditing(question.id);
  }, []);

  useOlder(scroller, content, hasOlder, loadOlder, messages[0]?.id);

  const { isStored } = chat.controller;
  const lastKey = last?.key;
  const lastQuestion = messages.findLast(({ role }) => role === 'user')?.key;
  // The position changes with each event; it is shown while the stream is lost.
  const { status: connectionStatus, attempt, retryAt, lostAt } = connection;
  const position = lostAt === null ? '' : connection.position;
  const openConnection = useMemo(
    () => (isRunning ? { status: connectionStatus, attempt, retryAt, lostAt, position } : null),
    [isRunning, connectionStatus, attempt, retryAt, lostAt, position],
  );
  const row = useCallback(
    (message: JoinedMessage) =>
      message.role === 'user' ? (
        <Question
          key={message.key}
          message={message}
          isEditing={editing === message.id}
          canEdit={message.kind === 'chat' && !message.id.startsWith('local-') && (isStored || message.key === lastQuestion)}
          isBusy={isRunning}
          onEdit={onEdit}
          onSave={onSave}
          onBranch={onBranch}
        />
      ) : (
        <Answer
          key={message.key}
          message={message}
          connection={message.key === lastKey ? openConnection : null}
          isLast={message.key === lastKey}
          isBusy={isRunning}
          isStored={isStored}
          onBranch={onBranch}
          onRegenerate={onRegenerate}
          onReact={onReact}
          onAction={act}
          onResume={onResume}
          can={can}
        />
      ),
    [
      editing,
      isStored,
      isRunning,
      lastKey,
      lastQuestion,
      openConnection,
      onEdit,
      onSave,
      onBranch,
      onRegenerate,
      onReact,
      act,
      onResume,
      can,
    ],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.defaultPrevented) return;
    const isInField = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && isRunning) {
      event.preventDefault();
      stop();
    } else if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !isInField) {
      const branched = messages.findLast(({ siblings }) => siblings.length > 1);
      const next = branched?.siblings[branched.siblings.indexOf(branched.id) + (event.key === 'ArrowLeft' ? -1 : 1)];
      if (next === undefined || isRunning) return;
      event.preventDefault();
      onBranch(next);
    } else if ((event.key === 'j' || event.key === 'k') && !isInField && !event.ctrlKey && !event.metaKey && !event.altKey) {
      focusMessage(scroller.current, event.key === 'j' ? 1 : -1);
    }
  };

  return (
    <div ref={root} className={`belay ${className}`} data-theme={theme} onKeyDown={onKeyDown}>
      {header === undefined ? (
        <div className="belay-bar">
          <span className="belay-grow" />
          <ConnectionState connection={connection} status={status} />
        </div>
      ) : (
        header
      )}
      <div className="belay-scroller" ref={scroller} tabIndex={0} role="region" aria-label="Messages">
        <div className="belay-column" ref={content} role="log" aria-label="Conversation" aria-live="off">
          {hasOlder && <div className="belay-older">Loading earlier messages…</div>}
          {messages.length === 0 && history !== 'loading' && empty}
          <Rows messages={messages} scroller={scroller} row={row} />
        </div>
      </div>
      <div className="belay-hidden" role="status" aria-live="polite">
        {said}
      </div>
      <div className="belay-dock">
        {!isFollowing && messages.length > 0 && (
          <button type="button" className="belay-jump" onClick={toEnd}>
            <Icon name="fold" />
            {isRunning ? 'New text' : 'To the end'}
          </button>
        )}
        <StateNotice chat={chat} isOnline={isOnline} can={can} act={act} />
        <Composer
          handle={composer}
          onSend={send}
          onStop={stop}
          onEditLast={editLast}
          isRunning={isRunning}
          blocked={connection.lostAt !== null ? 'Sending works again with the connection' : null}
          {...(placeholder !== undefined && { placeholder })}
          tools={tools}
          above={attachments}
          hint={hint ?? (isRunning ? <EscapeHint /> : null)}
        />
      </div>
    </div>
  );
}

const EscapeHint = (): ReactElement => (
  <span className="belay-escape-hint">
    <kbd>Esc</kbd> stops
  </span>
);

interface StateNoticeProps {
  chat: Belay;
  isOnline: boolean;
  can: (action: NoticeAction) => boolean;
  act: (id: string | undefined, action: NoticeAction) => void;
}

/** The one notice above the composer: a question that waits, or the last error. */
function StateNotice({ chat, isOnline, can, act }: StateNoticeProps): ReactElement | null {
  const { sending, error, errorAt, dismissError, history } = chat;
  const now = useNow(sending?.retryAt ?? null);
  if (sending) {
    const wait = Math.max(0, sending.retryAt - now);
    return <Notice notice={describeSending(sending.error, wait, !isOnline)} since={now} />;
  }
  const notice: NoticeText | null = error
    ? describeError(error)
    : history === 'missing'
      ? describeError({ code: 'not_found', message: '' })
      : null;
  if (!notice) return null;
  return (
    <Notice
      notice={notice}
      since={errorAt}
      can={can}
      onAction={(action) => act(undefined, action)}
      {...(error && { onDismiss: dismissError })}
    />
  );
}

/** Loads older messages when the reader comes near the first one, and keeps what is read in its place. */
function useOlder(
  scroller: { current: HTMLDivElement | null },
  content: { current: HTMLDivElement | null },
  hasOlder: boolean,
  loadOlder: () => Promise<void>,
  firstId: string | undefined,
): void {
  const height = useRef({ firstId, value: 0 });
  useEffect(() => {
    const view = scroller.current;
    const inner = content.current;
    if (!view || !inner) return;
    // The reader's place moves down by what was added above, if the browser did not do that already.
    const before = height.current;
    if (before.firstId !== firstId && before.value > 0 && view.scrollTop < 40) view.scrollTop += inner.offsetHeight - before.value;
    height.current = { firstId, value: inner.offsetHeight };
    if (!hasOlder) return;
    const onScroll = () => {
      height.current.value = inner.offsetHeight;
      if (view.scrollTop < 400) void loadOlder();
    };
    view.addEventListener('scroll', onScroll, { passive: true });
    return () => view.removeEventListener('scroll', onScroll);
  }, [scroller, content, hasOlder, loadOlder, firstId]);
}

function focusMessage(view: HTMLElement | null, step: 1 | -1): void {
  const turns = [...(view?.querySelectorAll<HTMLElement>('[data-message]') ?? [])];
  const at = turns.findIndex((turn) => turn.contains(document.activeElement));
  const next = turns[at < 0 ? (step > 0 ? 0 : turns.length - 1) : at + step];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
}
