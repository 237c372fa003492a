import { joinContinued, versionOf, type ChatConnection, type ChatController, type JoinedMessage, type Message } from '@belay/client/chat';
import { useBelayController } from '@belay/client/react/useBelay';
import { memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { lazyPanel, panelOpen } from '../developer/open.ts';
import { online } from '../lib/client.ts';
import { useKeys } from '../lib/keys.ts';
import { faultOf, wordsFor, type Fault, type Offer } from '../lib/problems.ts';
import { go, hrefOfChat } from '../lib/route.ts';
import { signIn } from '../lib/session.ts';
import { usePart, useStore } from '../lib/store.ts';
import { plural, tierName } from '../lib/words.ts';
import { Composer, type ComposerHandle } from '../parts/composer.tsx';
import { Button, CopyButton, IconButton, Menu, type MenuItem } from '../parts/controls.tsx';
import { useFollow } from '../parts/follow.ts';
import { Icon } from '../parts/icons.tsx';
import { keysDialog } from '../parts/keys-dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { chatActions } from '../parts/sidebar.tsx';
import { Answer, Branch, Question, useIsLost } from '../parts/turns.tsx';
import { changeChat, chatList, loadChats, type Chat } from './chats.ts';
import { chooseModel, loadModels, modelFor, models } from './models.ts';
import { newSession, sessionOf } from './sessions.ts';
import { Windowed } from './windowed.tsx';

const starts = [
  { title: 'Plan a weekend', text: 'two days in Lyon, by train', prompt: 'Plan two days in Lyon, by train, for two people who like food and walking.' },
  { title: 'Explain something', text: 'why a clove hitch holds', prompt: 'Explain why a clove hitch holds, and when it slips.' },
  { title: 'Work on a text', text: 'paste it and say what it is for', prompt: '' },
  { title: 'Watch it resume', text: 'ask, then cut the connection', prompt: 'echo:400 words @20/s' },
];

const offers: Partial<Record<Offer, string>> = { retry: 'Try again', edit: 'Edit question', continue: 'Continue', copy: 'Copy answer', 'new-chat': 'New chat' };

/** What stands below an answer that did not end well. */
function faultOfAnswer(message: Message): Fault | undefined {
  if (message.state === 'cancelled') return { code: 'cancelled' };
  if (message.error) return { code: message.error.code, detail: message.error.message };
  if (message.state === 'interrupted') return { code: 'interrupted' };
  if (message.state === 'failed') return { code: 'provider_broken' };
  if (message.finish === 'length') return { code: 'length' };
  if (message.finish === 'content_filter') return { code: 'provider_content_filter' };
  return undefined;
}

interface TurnProps {
  readonly message: JoinedMessage;
  readonly controller: ChatController;
  readonly connection: ChatConnection | null;
  readonly isLast: boolean;
  readonly isLastQuestion: boolean;
  readonly editing: boolean;
  readonly setEditing: (id: string | undefined) => void;
  readonly isBusy: boolean;
  readonly showPanel: () => void;
  readonly tryNow: () => void;
  readonly toEnd: () => void;
}

const Turn = memo(function Turn({ message, controller, connection, isLast, isLastQuestion, editing, setEditing, isBusy, showPanel, tryNow, toEnd }: TurnProps) {
  const { id, siblings, parts } = message;
  const at = versionOf(message);
  const isKnown = !id.startsWith('local-');
  const branch = siblings.length > 1 && at >= 0 && !isBusy && (
    <Branch at={at + 1} of={siblings.length} what={message.role === 'user' ? 'question' : 'answer'} show={(index) => void controller.chooseBranch(siblings[index]!)} />
  );
  if (message.role === 'user')
    return (
      <Question
        text={message.text}
        newest={isLastQuestion}
        edit={isKnown ? (text) => (toEnd(), void controller.edit(id, text)) : undefined}
        editing={editing}
        setEditing={isBusy ? undefined : (on) => setEditing(on ? id : undefined)}
        branch={branch}
      />
    );
  const source = message.source === 'cached' || message.source === 'ready' ? 'from the cache' : message.source === 'stale' ? 'an older answer' : undefined;
  const byline = [message.modelId, message.outputTokens !== null && plural(message.outputTokens, 'token'), source].filter(Boolean).join(' · ');
  const react = (reaction: 'like' | 'dislike') => void controller.react(id, message.reaction === reaction ? null : reaction);
  const actions = (
    <div className="acts">
      {message.text && <CopyButton text={message.text} label="Copy answer" />}
      {message.kind !== 'command' && isKnown && (
        <>
          <IconButton icon="like" label="Good answer" aria-pressed={message.reaction === 'like'} onClick={() => react('like')} />
          <IconButton icon="dislike" label="Bad answer" aria-pressed={message.reaction === 'dislike'} onClick={() => react('dislike')} />
          {!isBusy && <IconButton icon="redo" label="Regenerate" onClick={() => void controller.regenerate(parts[0])} />}
        </>
      )}
      {branch}
      <span className="byline cut no-phone">{byline}</span>
    </div>
  );
  const fault = isLast && !isBusy ? faultOfAnswer(message) : undefined;
  const words = fault && wordsFor(fault);
  const act = (offer: Offer) => {
    if (offer === 'continue') void controller.continueAnswer(id);
    else if (offer === 'retry') void controller.regenerate(id);
    else if (offer === 'edit') setEditing(controller.getSnapshot().messages.findLast((each) => each.role === 'user')?.id);
    else if (offer === 'copy') void navigator.clipboard?.writeText(message.text);
  };
  const end = words && (
    <Notice words={words}>
      {words.offer && offers[words.offer] && (
        <Button small kind={fault?.code === 'length' ? 'primary' : 'plain'} onClick={() => act(words.offer!)}>
          {offers[words.offer]}
        </Button>
      )}
    </Notice>
  );
  return <Answer answer={message} connection={connection} actions={actions} end={end} showPanel={showPanel} tryNow={tryNow} />;
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
  const name = !chosen || chosen.name === 'default' ? 'Default' : chosen.display_name;
  return (
    <Menu
      label={`Persona: ${name}`}
      up
      choose
      items={personas.map((each) => ({ label: each.display_name, checked: each.name === chosen?.name, act: () => choose(each.name) }))}
      button={
        <>
          <Icon name="user" small />
          <span className="cut no-phone">{name}</span>
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

export function ChatScreen({ chatId }: { chatId: string | undefined }) {
  // Each visit of "New chat" begins another chat, unless the last one is still empty. Decided while rendering: an effect would
  // show the last chat once more, and take what is typed at that moment.
  const [fresh, setFresh] = useState(newSession);
  const [last, setLast] = useState(chatId);
  if (last !== chatId) {
    setLast(chatId);
    if (chatId === undefined && fresh.getSnapshot().messages.length > 0) setFresh(newSession());
  }
  const controller = useMemo(() => (chatId === undefined ? fresh : sessionOf(chatId)), [chatId, fresh]);
  return <OneChat key={controller.getSnapshot().chatId} controller={controller} isFresh={chatId === undefined} />;
}

function OneChat({ controller, isFresh }: { controller: ChatController; isFresh: boolean }) {
  const chatState = useBelayController(controller);
  const { status, connection, error, errorAt, sending, history, chatId } = chatState;
  const messages = useMemo(() => joinContinued(chatState.messages), [chatState.messages]);
  const chat = usePart(chatList, (list) => list.chats.find((each) => each.chatId === chatId) ?? list.archived?.find((each) => each.chatId === chatId));
  const { session: user } = useStore(signIn);
  const isOnline = useStore(online);
  const isPanelOpen = useStore(panelOpen);
  const modelState = useStore(models);
  const [editing, setEditing] = useState<string | undefined>();
  const [renaming, setRenaming] = useState(false);
  const { ref, box, away, toEnd } = useFollow();
  const composer = useRef<ComposerHandle>(null);
  const isBusy = status === 'submitted' || status === 'streaming';
  const lastId = messages.at(-1)?.id;
  const lastQuestion = messages.findLast((each) => each.role === 'user');
  const isNew = history === 'none' && messages.length === 0;

  useEffect(() => {
    if (models.get().models.length === 0) void loadModels().catch(() => {});
  }, [user?.user]);
  useEffect(() => {
    controller.modelId = modelFor(modelState)?.id;
  }, [controller, modelState]);
  useEffect(() => {
    document.title = `${chat?.title || 'New chat'} · Belay`;
  }, [chat?.title]);
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) composer.current?.focus();
  }, []);

  const send = useCallback(
    async (text: string) => {
      toEnd();
      const sent = controller.sendMessage(text);
      if (isFresh) go(hrefOfChat(chatId), { replace: true });
      const isSent = await sent;
      void loadChats().catch(() => {});
      return isSent;
    },
    [controller, chatId, isFresh, toEnd],
  );
  const wasBusy = useRef(isBusy);
  useEffect(() => {
    if (wasBusy.current && !isBusy) void loadChats().catch(() => {});
    wasBusy.current = isBusy;
  }, [isBusy]);

  const moveTo = (step: number) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[data-message]') ?? [])];
    const at = all.indexOf(document.activeElement?.closest('[data-message]') as HTMLElement);
    all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  };
  const switchVersion = (step: number) => {
    const message = messages.findLast((each) => each.siblings.length > 1);
    const next = message?.siblings[versionOf(message) + step];
    return next && !isBusy ? void controller.chooseBranch(next) : false;
  };
  useKeys({
    Escape: () => (isBusy && !document.querySelector('[role=menu], dialog[open]') ? void controller.stop() : false),
    'Ctrl+Shift+C': () => {
      const answer = messages.findLast((each) => each.role === 'assistant');
      if (answer) void navigator.clipboard?.writeText(answer.text);
    },
    'Alt+ArrowLeft': () => switchVersion(-1),
    'Alt+ArrowRight': () => switchVersion(1),
    'Ctrl+.': () => panelOpen.set(!panelOpen.get()),
    j: () => moveTo(1),
    k: () => moveTo(-1),
    '?': () => keysDialog.set(true),
  });

  const showPanel = useCallback(() => panelOpen.set(true), []);
  const tryNow = useCallback(() => controller.reconnect(), [controller]);
  const fault = sending ? { ...faultOf(sending.error), retryAfter: sending.retryAt - Date.now() } : history === 'missing' && !isNew && !isBusy ? { code: 'not_found' } : error ? faultOf(error) : undefined;
  // What an answer says about itself stands below the answer.
  const isAnswers = error?.kind === 'answer' || fault?.code === 'unauthenticated';
  const about = { tier: tierName(user?.tier ?? 'basic'), ...(fault?.code === 'forbidden' && controller.modelId ? { model: controller.modelId } : {}) };
  const words = fault && !isAnswers ? wordsFor(fault, about, sending ? Date.now() : errorAt) : undefined;
  const cheapest = modelState.models[0];
  const above = (
    <>
      {away && (
        <Button small icon="down" className="newest" onClick={toEnd}>
          {isBusy ? 'New text' : 'Newest'}
        </Button>
      )}
      {words && (
        <div className="above">
          <Notice key={`${fault!.code}${sending?.attempt ?? errorAt}`} words={words} onTime={sending ? undefined : () => controller.dismissError()}>
            {words.offer === 'retry' ? (
              <Button small onClick={() => void controller.retry()}>
                Try again
              </Button>
            ) : words.offer === 'new-chat' ? (
              <Button small onClick={() => go('#/')}>
                New chat
              </Button>
            ) : words.offer === 'use-model' && cheapest ? (
              <Button
                small
                onClick={() => {
                  chooseModel(cheapest.id);
                  controller.dismissError();
                }}
              >
                Use {cheapest.id}
              </Button>
            ) : (
              <Button small onClick={() => controller.dismissError()}>
                Close
              </Button>
            )}
          </Notice>
        </div>
      )}
    </>
  );
  const isLost = useIsLost(connection.lostAt);
  const blocked = !isOnline || isLost ? 'Sending works again with the connection' : undefined;
  const Panel = lazyPanel;
  const renameTitle = (title: string) => {
    setRenaming(false);
    if (chat && title.trim()) void changeChat(chat, { title: title.trim() }).catch(() => {});
  };

  return (
    <div className={`with-aside ${isPanelOpen ? 'has-panel' : ''}`}>
      <div className="main">
        <TopBar
          title={chat?.title || (isNew ? 'New chat' : '')}
          hidden={isNew}
          start={
            chat &&
            (renaming ? (
              <input
                className="rename"
                autoFocus
                aria-label="Title"
                dir="auto"
                defaultValue={chat.title ?? ''}
                onBlur={(event) => renameTitle(event.target.value)}
                onKeyDown={(event) => event.key === 'Enter' && renameTitle(event.currentTarget.value)}
              />
            ) : (
              <Menu
                label="Rename, export, archive or delete this chat"
                items={[...chatActions(chat, () => setRenaming(true)), { label: 'Developer panel', icon: 'panel', group: 'This answer', act: () => panelOpen.set(true) }]}
                button={<Icon name="fold" />}
                className="bare"
              />
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
          {isNew ? (
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
                keyOf={(message) => message.key}
                box={box}
                atTop={() => void controller.loadOlder()}
                more={chatState.hasOlder}
                draw={(message) => (
                  <Turn
                    message={message}
                    controller={controller}
                    connection={message.id === lastId ? connection : null}
                    isLast={message.id === lastId}
                    isLastQuestion={message.id === lastQuestion?.id}
                    editing={editing === message.id}
                    setEditing={setEditing}
                    isBusy={isBusy}
                    showPanel={showPanel}
                    tryNow={tryNow}
                    toEnd={toEnd}
                  />
                )}
              />
            </div>
          )}
        </main>
        <Composer
          handle={composer}
          draft={isFresh ? 'new' : chatId}
          hint="Ask anything"
          send={send}
          stop={() => void controller.stop()}
          writing={isBusy && !isLost}
          blocked={blocked}
          editLast={() => {
            if (!lastQuestion || isBusy) return false;
            setEditing(lastQuestion.id);
            return true;
          }}
          above={above}
          tools={
            <>
              <ModelChooser />
              <PersonaChooser chat={chat} choose={(name) => void controller.sendMessage(`/persona ${name}`)} />
            </>
          }
          under={
            <span className="no-phone">
              {isBusy ? (
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
          <Panel controller={controller} />
        </Suspense>
      )}
    </div>
  );
}
