import { memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { lazyPanel, panelOpen } from '../developer/open.ts';
import { client, online } from '../lib/client.ts';
import { useKeys } from '../lib/keys.ts';
import { wordsFor, type Offer } from '../lib/problems.ts';
import { go, hrefOfChat } from '../lib/route.ts';
import { signIn } from '../lib/session.ts';
import { usePart, useStore } from '../lib/store.ts';
import { tierName } from '../lib/words.ts';
import { Composer, type ComposerHandle } from '../parts/composer.tsx';
import { Button, CopyButton, IconButton, Menu, type MenuItem } from '../parts/controls.tsx';
import { useFollow } from '../parts/follow.ts';
import { Icon } from '../parts/icons.tsx';
import { keysDialog } from '../parts/keys-dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { chatActions } from '../parts/sidebar.tsx';
import { Answer, Branch, Question } from '../parts/turns.tsx';
import { changeChat, chatList, type Chat } from './chats.ts';
import { newChatId, sessionOf, type ChatSession, type Message } from './conversation.ts';
import { chooseModel, loadModels, modelFor, models } from './models.ts';
import { Windowed } from './windowed.tsx';

const starts = [
  { title: 'Plan a weekend', text: 'two days in Lyon, by train', prompt: 'Plan two days in Lyon, by train, for two people who like food and walking.' },
  { title: 'Explain something', text: 'why a clove hitch holds', prompt: 'Explain why a clove hitch holds, and when it slips.' },
  { title: 'Work on a text', text: 'paste it and say what it is for', prompt: '' },
  { title: 'Watch it resume', text: 'ask, then cut the connection', prompt: 'echo:400 words @20/s' },
];

/** What a message shows below itself when it did not end well. */
function endOf(message: Message | undefined, session: ChatSession, isLast: boolean, act: (offer: Offer, message: Message | undefined) => void) {
  const live = session.store.get().live?.store.get();
  const isLive = session.store.get().liveId === message?.id || message === undefined;
  const fault =
    (isLive && live?.fault) ||
    (message?.state === 'cancelled' && { code: 'cancelled' }) ||
    (message?.state === 'interrupted' && { code: 'interrupted' }) ||
    (message?.state === 'failed' && { code: 'provider_broken' }) ||
    (message?.finish === 'length' && { code: 'length' }) ||
    (message?.finish === 'content_filter' && { code: 'provider_content_filter' });
  if (!fault || !isLast) return undefined;
  const words = wordsFor(fault);
  const names: Partial<Record<Offer, string>> = { retry: 'Try again', edit: 'Edit question', continue: 'Continue', copy: 'Copy answer', 'new-chat': 'New chat', 'sign-in': 'Sign in' };
  const name = words.offer && names[words.offer];
  return (
    <Notice words={words}>
      {name && (
        <Button small kind={words.offer === 'continue' && fault.code === 'length' ? 'primary' : 'plain'} onClick={() => act(words.offer!, message)}>
          {name}
        </Button>
      )}
    </Notice>
  );
}

interface TurnProps {
  readonly message: Message;
  readonly session: ChatSession;
  readonly isLast: boolean;
  readonly isLastQuestion: boolean;
  readonly isLive: boolean;
  readonly editing: boolean;
  readonly setEditing: (id: string | undefined) => void;
  readonly act: (offer: Offer, message: Message | undefined) => void;
  readonly writing: boolean;
}

const Turn = memo(function Turn({ message, session, isLast, isLastQuestion, isLive, editing, setEditing, act, writing }: TurnProps) {
  const siblings = message.siblings ?? [];
  const at = siblings.indexOf(message.id);
  const branch = siblings.length > 1 && at >= 0 && !writing && (
    <Branch at={at + 1} of={siblings.length} what={message.role === 'user' ? 'question' : 'answer'} show={(index) => void session.showBranch(siblings[index]!).catch(() => {})} />
  );
  if (message.role === 'user')
    return (
      <Question
        text={message.content}
        newest={isLastQuestion}
        edit={message.id.startsWith('new-') ? undefined : (text) => void session.edit(message, text)}
        editing={editing}
        setEditing={writing ? undefined : (on) => setEditing(on ? message.id : undefined)}
        branch={branch}
      />
    );
  const tokens = message.usage?.outputTokens;
  const source = message.source === 'cached' || message.source === 'ready' ? 'from the cache' : undefined;
  const byline = [message.modelId, tokens !== undefined && `${tokens} tokens`, source].filter(Boolean).join(' · ');
  const react = (reaction: 'like' | 'dislike') => void session.react(message, message.reaction === reaction ? undefined : reaction);
  const actions = (
    <div className="acts">
      <CopyButton text={message.content} label="Copy answer" />
      {message.kind !== 'command' && (
        <>
          <IconButton icon="like" label="Good answer" on={message.reaction === 'like'} aria-pressed={message.reaction === 'like'} onClick={() => react('like')} />
          <IconButton icon="dislike" label="Bad answer" on={message.reaction === 'dislike'} aria-pressed={message.reaction === 'dislike'} onClick={() => react('dislike')} />
          {!writing && <IconButton icon="redo" label="Regenerate" onClick={() => void session.regenerate(message)} />}
        </>
      )}
      {branch}
      <span className="byline cut no-phone">{byline}</span>
    </div>
  );
  return <Answer live={isLive ? session.store.get().live : undefined} text={message.content} reasoning={message.reasoning} actions={actions} end={endOf(message, session, isLast, act)} />;
});

function ModelChooser() {
  const state = useStore(models);
  const model = modelFor(state);
  if (!model) return null;
  const groups = [...new Set(state.models.map((each) => each.tier ?? 'basic'))];
  const items: MenuItem[] = groups.flatMap((tier) =>
    state.models
      .filter((each) => (each.tier ?? 'basic') === tier)
      .map((each) => ({
        label: each.id,
        group: tier === state.tier ? `${tierName(tier)}, your plan` : tierName(tier),
        note: each.contextWindow ? (each.contextWindow >= 1_000_000 ? 'long documents' : `${Math.round(each.contextWindow / 1000)} K context`) : '',
        checked: each.id === model.id,
        act: () => chooseModel(each.id),
      })),
  );
  return (
    <Menu
      label={`Model: ${model.id}`}
      up
      choose
      items={items}
      button={
        <>
          <span className="cut">{model.id}</span>
          <Icon name="fold" small />
        </>
      }
    />
  );
}

function PersonaChooser({ chat, choose }: { chat: Chat | undefined; choose: (name: string) => void }) {
  const { personas } = useStore(models);
  if (personas.length === 0) return null;
  const chosen = personas.find((each) => each.name === (chat?.persona ?? 'default'));
  return (
    <Menu
      label={`Persona: ${chosen?.display_name ?? 'Default'}`}
      up
      choose
      items={personas.map((each) => ({ label: each.display_name, checked: each.name === chosen?.name, act: () => choose(each.name) }))}
      button={
        <>
          <Icon name="user" small />
          <span className="cut no-phone">{chosen?.name === 'default' || !chosen ? 'Default' : chosen.display_name}</span>
          <Icon name="fold" small />
        </>
      }
    />
  );
}

const Empty = ({ use }: { use: (prompt: string) => void }) => (
  <div className="hello">
    <h2>What are you working on?</h2>
    <p>Answers go on when you leave, on every device.</p>
    <div className="starts">
      {starts.map(({ title, text, prompt }) => (
        <button key={title} type="button" onClick={() => use(prompt)}>
          <b>{title}</b>
          <span>{text}</span>
        </button>
      ))}
    </div>
  </div>
);

function LiveOnly({ session, act, showPanel }: { session: ChatSession; act: (offer: Offer, message: Message | undefined) => void; showPanel: () => void }) {
  const live = session.store.get().live!;
  // The whole state of the answer is drawn inside; only its end is of interest here.
  const isOver = usePart(live.store, (value) => ['done', 'failed', 'stopped'].includes(value.state));
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 1000);
    return () => clearTimeout(timer);
  }, [live]);
  const cut = () => {
    const connection = live.connection();
    if (connection) client.connections.cut(connection.id);
  };
  return <Answer live={live} end={isOver ? endOf(undefined, session, true, act) : undefined} slow={slow ? 'Still working—hang tight!' : undefined} tryNow={cut} showPanel={showPanel} />;
}

function scrollToStart(element: HTMLElement | null): void {
  element?.focus({ preventScroll: false });
}

export function ChatScreen({ chatId }: { chatId: string | undefined }) {
  const [freshId, setFreshId] = useState(newChatId);
  // Each visit of "New chat" begins another chat.
  const last = useRef(chatId);
  if (last.current !== chatId) {
    last.current = chatId;
    if (chatId === undefined) setFreshId(newChatId());
  }
  const id = chatId ?? freshId;
  const session = useMemo(() => sessionOf(id, chatId === undefined || chatId === freshId), [id]);
  return <OneChat key={id} session={session} isFresh={chatId === undefined} />;
}

function OneChat({ session, isFresh }: { session: ChatSession; isFresh: boolean }) {
  const state = useStore(session.store);
  const chat = usePart(chatList, (list) => list.chats.find((each) => each.chatId === session.chatId));
  const { session: user } = useStore(signIn);
  const isOnline = useStore(online);
  const isPanelOpen = useStore(panelOpen);
  const modelState = useStore(models);
  const [editing, setEditing] = useState<string | undefined>();
  const [renaming, setRenaming] = useState(false);
  const { ref, box, away, toEnd } = useFollow();
  const composer = useRef<ComposerHandle>(null);
  const live = state.live;
  const never = useMemo(() => ({ get: () => true, subscribe: () => () => {} }), []);
  const isOver = usePart<unknown, boolean>(live ? (live.store as never) : never, (value) => value === true || ['done', 'failed', 'stopped'].includes((value as { state: string }).state));
  const isLost = usePart<unknown, boolean>(live ? (live.store as never) : never, (value) => value !== true && (value as { lost: boolean }).lost);
  const writing = live !== undefined && !isOver;
  const { messages } = state;
  const lastId = messages.at(-1)?.id;
  const liveIsSaved = state.liveId !== undefined && messages.some((each) => each.id === state.liveId);

  useEffect(() => {
    if (models.get().models.length === 0) void loadModels().catch(() => {});
  }, [user?.user]);
  useEffect(() => {
    session.modelId = modelFor(modelState)?.id;
  }, [session, modelState]);
  useEffect(() => {
    document.title = `${chat?.title || 'New chat'} · Belay`;
  }, [chat?.title]);
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) composer.current?.focus();
  }, []);

  const send = useCallback(
    async (text: string) => {
      toEnd();
      const sent = session.ask(text);
      if (isFresh) go(hrefOfChat(session.chatId), { replace: true });
      return sent;
    },
    [session, isFresh, toEnd],
  );

  const lastQuestion = messages.findLast((each) => each.role === 'user');
  const act = useCallback(
    (offer: Offer, message: Message | undefined) => {
      const target = message ?? session.store.get().messages.findLast((each) => each.role === 'assistant');
      const question = session.store.get().messages.findLast((each) => each.role === 'user');
      const answerId = message?.id ?? session.store.get().liveId;
      if (offer === 'edit' && question) setEditing(question.id);
      else if (offer === 'continue' && answerId) void session.goOn(answerId);
      else if (offer === 'retry' && (message ?? target)?.id === answerId && target) void session.regenerate(target);
      else if (offer === 'retry' && question) void session.edit(question, question.content);
      else if (offer === 'copy' && target) void navigator.clipboard?.writeText(target.content);
      else if (offer === 'new-chat') go('#/');
    },
    [session],
  );

  const moveTo = (step: number) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[data-message]') ?? [])];
    const at = all.indexOf(document.activeElement?.closest('[data-message]') as HTMLElement);
    scrollToStart(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))] ?? null);
  };
  useKeys({
    Escape: () => (writing && !document.querySelector('[role=menu], dialog[open]') ? session.stop() : false),
    'Ctrl+Shift+C': () => {
      const answer = messages.findLast((each) => each.role === 'assistant');
      if (answer) void navigator.clipboard?.writeText(answer.content);
    },
    'Alt+ArrowLeft': () => switchVersion(-1),
    'Alt+ArrowRight': () => switchVersion(1),
    'Ctrl+.': () => panelOpen.set(!panelOpen.get()),
    j: () => moveTo(1),
    k: () => moveTo(-1),
    '?': () => keysDialog.set(true),
  });
  const switchVersion = (step: number) => {
    const message = messages.findLast((each) => (each.siblings?.length ?? 0) > 1);
    const next = message?.siblings?.[message.siblings.indexOf(message.id) + step];
    return next && !writing ? void session.showBranch(next).catch(() => {}) : false;
  };

  const fault = state.fault;
  const words = fault && (fault.code === 'reaction' ? { tone: 'plain' as const, icon: 'alert', title: 'The reaction was not saved', text: fault.detail ?? '' } : wordsFor(fault, { tier: tierName(user?.tier ?? 'basic'), ...(fault.code === 'forbidden' && fault.field === 'modelId' && session.modelId ? { model: session.modelId } : {}) }));
  const above = (
    <>
      {away && (
        <Button small icon="down" className="newest" onClick={toEnd}>
          {writing ? 'New text' : 'Newest'}
        </Button>
      )}
      {words && (
        <div className="above">
          <Notice
            key={`${fault!.code}${words.at ?? ''}`}
            words={words}
            onTime={() => {
              if (['server_full', 'draining', 'unavailable', 'request_timeout'].includes(fault!.code)) void session.again();
              else session.dismiss();
            }}
          >
            {words.offer === 'retry' && (
              <Button small onClick={() => void (state.refused !== undefined ? session.again() : session.load())}>
                Try again
              </Button>
            )}
            {words.offer === 'new-chat' && (
              <Button small onClick={() => go('#/')}>
                New chat
              </Button>
            )}
            {words.offer === 'use-model' && modelState.models[0] && (
              <Button small onClick={() => (chooseModel(modelState.models[0]!.id), session.dismiss())}>
                Use {modelState.models[0].id}
              </Button>
            )}
            {words.offer !== 'retry' && words.offer !== 'new-chat' && words.offer !== 'use-model' && (
              <Button small onClick={() => session.dismiss()}>
                Close
              </Button>
            )}
          </Notice>
        </div>
      )}
    </>
  );
  const blocked = !isOnline || isLost ? 'Sending works again with the connection' : undefined;
  const isEmpty = messages.length === 0 && !live && !state.loading && !state.sending && state.isNew;
  const Panel = lazyPanel;
  const showPanel = useCallback(() => panelOpen.set(true), []);
  const renameTitle = (title: string) => {
    setRenaming(false);
    if (chat && title.trim()) void changeChat(chat, { title: title.trim() }).catch(() => {});
  };

  return (
    <div className={`with-aside ${isPanelOpen ? 'has-panel' : ''}`}>
      <div className="main">
        <TopBar
          title={chat?.title || (isEmpty || !chat ? 'New chat' : '')}
          hidden={isEmpty}
          start={
            chat &&
            (renaming ? (
              <input className="rename" autoFocus aria-label="Title" defaultValue={chat.title ?? ''} onBlur={(event) => renameTitle(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && renameTitle(event.currentTarget.value)} />
            ) : (
              <span className="no-phone">
                <Menu label="Rename, export, archive or delete this chat" items={chatActions(chat, () => setRenaming(true))} button={<Icon name="fold" />} className="bare" />
              </span>
            ))
          }
          end={
            <>
              <IconButton icon="panel" label="Developer panel (Ctrl .)" big className="no-phone" aria-pressed={isPanelOpen} onClick={() => panelOpen.set(!isPanelOpen)} />
              <a className="ib big only-phone" href="#/" aria-label="New chat">
                <Icon name="compose" />
              </a>
            </>
          }
        />
        <main className="scroll" ref={ref} tabIndex={-1}>
          {isEmpty ? (
            <Empty
              use={(prompt) => {
                composer.current?.set(prompt);
                composer.current?.focus();
              }}
            />
          ) : (
            <div className="col" role="log" aria-label="Conversation" aria-live="off">
              <Windowed
                items={messages}
                keyOf={(message) => message.id}
                box={box}
                atTop={() => void session.loadOlder()}
                more={state.cursor !== null}
                draw={(message) => (
                  <Turn
                    message={message}
                    session={session}
                    isLast={message.id === lastId && !writing}
                    isLastQuestion={message.id === lastQuestion?.id}
                    isLive={message.id === state.liveId}
                    editing={editing === message.id}
                    setEditing={setEditing}
                    act={act}
                    writing={writing || state.sending}
                  />
                )}
              />
              {state.sending && (
                <article className="turn" aria-label="Answer, waiting" aria-busy="true">
                  <div className="state">
                    <span className="typing" aria-hidden="true">
                      <i />
                      <i />
                      <i />
                    </span>
                    <span>Thinking…</span>
                  </div>
                </article>
              )}
              {live && !liveIsSaved && <LiveOnly session={session} act={act} showPanel={showPanel} />}
            </div>
          )}
        </main>
        <Composer
          handle={composer}
          draft={isFresh ? 'new' : session.chatId}
          hint="Ask anything"
          send={send}
          stop={() => session.stop()}
          writing={writing && !isLost}
          busy={state.sending}
          blocked={blocked}
          editLast={() => {
            if (!lastQuestion || writing) return false;
            setEditing(lastQuestion.id);
            return true;
          }}
          above={above}
          tools={
            <>
              <ModelChooser />
              <PersonaChooser chat={chat} choose={(name) => void session.ask(`/persona ${name}`)} />
            </>
          }
          under={
            <span className="no-phone">
              {writing ? (
                <>
                  <kbd>Esc</kbd> stops
                </>
              ) : (
                <>
                  <kbd>?</kbd> shows all keys
                </>
              )}
            </span>
          }
        />
      </div>
      {isPanelOpen && (
        <Suspense fallback={<aside className="panel" aria-label="Developer panel" />}>
          <Panel session={session} />
        </Suspense>
      )}
    </div>
  );
}
