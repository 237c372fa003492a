// Questions and answers, as every coach and the chats show them.
import type { ChatConnection, MessageState } from '@belay/client/chat';
import { useSmoothText } from '@belay/client/react/useSmoothText';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { kCaret, kHeld, kKnot, kTint, kTintEnd, placeMarks, type Place } from '../lib/marks.ts';
import { wordsFor } from '../lib/problems.ts';
import { announce, Sentences } from './announce.ts';
import { Button, CopyButton, IconButton } from './controls.tsx';
import { Icon } from './icons.tsx';
import { Markdown } from './markdown.tsx';
import { Notice, useCountdown } from './notice.tsx';

export const Branch = memo(function Branch({ at, of, what, show }: { at: number; of: number; what: string; show: (index: number) => void }) {
  return (
    <span className="branch">
      <IconButton icon="prev" label={`Previous version of the ${what}`} disabled={at <= 1} onClick={() => show(at - 2)} />
      <span className="num" aria-label={`Version ${at} of ${of}`} role="img">
        {at} / {of}
      </span>
      <IconButton icon="next" label={`Next version of the ${what}`} disabled={at >= of} onClick={() => show(at)} />
    </span>
  );
});

/** A text field that grows with its text, up to `rows` lines. */
export function useGrowing(text: string, rows = 8) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, rows * 24 + 20)}px`;
  }, [text, rows]);
  return field;
}

function Editing({ text, save, cancel }: { text: string; save: (text: string) => void; cancel: () => void }) {
  const [value, setValue] = useState(text);
  const field = useGrowing(value, 16);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    // The reader leaves the end of the conversation, so nothing pulls the view back there.
    element.dispatchEvent(new Event('hold', { bubbles: true }));
    element.focus({ preventScroll: true });
    element.setSelectionRange(element.value.length, element.value.length);
    element.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, [field]);
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim()) save(value);
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          cancel();
        } else if (event.key === 'Enter' && !event.shiftKey) {
          event.preventDefault();
          if (value.trim()) save(value);
        }
      }}
    >
      <textarea ref={field} rows={1} aria-label="Your question" dir="auto" value={value} onChange={(event) => setValue(event.target.value)} />
      <div className="row">
        <small className="grow">The old question stays as another version.</small>
        <Button kind="quiet" small onClick={cancel}>
          Cancel
        </Button>
        <Button kind="primary" small type="submit" disabled={!value.trim()}>
          Save and ask
        </Button>
      </div>
    </form>
  );
}

interface QuestionProps {
  readonly text: string;
  readonly newest?: boolean;
  readonly edit?: ((text: string) => void) | undefined;
  readonly editing?: boolean;
  readonly setEditing?: ((editing: boolean) => void) | undefined;
  readonly branch?: ReactNode;
  readonly note?: ReactNode;
}

export function Question({ text, newest = false, edit, editing = false, setEditing, branch, note }: QuestionProps) {
  if (editing && edit && setEditing)
    return (
      <article className="turn me" aria-label="You, editing" data-message="">
        <Editing
          text={text}
          cancel={() => setEditing(false)}
          save={(value) => {
            setEditing(false);
            edit(value);
          }}
        />
      </article>
    );
  return (
    <article className={`turn me ${newest ? 'newest-turn' : ''}`} aria-label="You" tabIndex={-1} data-message="">
      <div className="acts">
        {branch}
        <CopyButton text={text} label="Copy" className="no-phone" />
        {edit && setEditing && <IconButton icon="pencil" label="Edit and ask again" onClick={() => setEditing(true)} />}
      </div>
      <div className="said" dir="auto">
        {text}
        {note}
      </div>
    </article>
  );
}

const kHop = 1200; // milliseconds, as in the style sheet

/** The dots keep their time when they are drawn again. */
const keepTime = (dots: HTMLElement | null): void => dots?.style.setProperty('--since', `${Math.round(performance.now() % kHop)}ms`);

export const Typing = () => (
  <span className="typing" aria-hidden="true" ref={keepTime}>
    <i />
    <i />
    <i />
  </span>
);

/** What of an answer is drawn. A message of the client package is one; other surfaces make theirs. */
export interface Written {
  readonly text: string;
  readonly reasoning?: string;
  readonly state: MessageState;
  readonly restarted?: boolean;
  /** Where the text was joined after a cut. */
  readonly joints?: readonly { readonly at: number; readonly milliseconds: number }[];
}

const kCatchUp = 400; // what comes within this time after a resume was written meanwhile
const kTintTime = 1500;
const kPatience = 1000; // a shorter cut is not worth a word

const isOverState = (state: MessageState): boolean => state !== 'waiting' && state !== 'streaming';

/** Whether the connection has been gone for a second: a shorter cut changes nothing on the page. */
export function useIsLost(lostAt: number | null): boolean {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (lostAt === null) return setLost(false);
    const timer = setTimeout(() => setLost(true), Math.max(0, lostAt + kPatience - Date.now()));
    return () => clearTimeout(timer);
  }, [lostAt]);
  return lost && lostAt !== null;
}

/** The part of the text that came right after the last resume: it is tinted for a moment. */
function useCaught(text: string, joints: Written['joints'] = []): { from: number; to: number } | undefined {
  const [tint, setTint] = useState<{ from: number; at: number } | undefined>();
  const [isOver, setOver] = useState(false);
  const to = useRef(0);
  const count = joints.length;
  const known = useRef(count);
  useEffect(() => {
    if (count <= known.current) {
      known.current = count;
      return;
    }
    known.current = count;
    setTint({ from: joints[count - 1]!.at, at: Date.now() });
    setOver(false);
    const timer = setTimeout(() => setOver(true), kTintTime);
    return () => clearTimeout(timer);
  }, [count]);
  if (!tint || isOver) return undefined;
  if (Date.now() - tint.at <= kCatchUp) to.current = text.length;
  return to.current > tint.from ? { from: tint.from, to: to.current } : undefined;
}

function Reasoning({ text, isOpen, started }: { text: string; isOpen: boolean; started: number }) {
  const [shown, setShown] = useState(false);
  const [thought, setThought] = useState<number | undefined>();
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) setThought(Date.now() - started);
    wasOpen.current = isOpen;
  }, [isOpen, started]);
  if (!text) return null;
  const label = thought !== undefined ? `Thought for ${Math.max(1, Math.round(thought / 1000))} s` : isOpen ? 'Thinking…' : 'Thoughts';
  return (
    <div className="thoughts">
      <button type="button" className="think" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {label}
        <Icon name={shown ? 'fold' : 'next'} small />
      </button>
      {shown && (
        <p className="thought" dir="auto">
          {text}
        </p>
      )}
    </div>
  );
}

function Reconnecting({ connection, tryNow }: { connection: ChatConnection; tryNow: () => void }) {
  const left = useCountdown(connection.retryAt ?? undefined);
  const [long, setLong] = useState(false);
  const { lostAt, position } = connection;
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), Math.max(0, 30_000 - (Date.now() - (lostAt ?? Date.now()))));
    announce('Reconnecting. Nothing is lost.');
    return () => clearTimeout(timer);
  }, [lostAt]);
  const isOffline = connection.status === 'offline' || !navigator.onLine;
  const next = isOffline ? 'It goes on when the network is back.' : left > 0 ? `Next try in\u00A0${Math.ceil(left / 1000)}\u00A0s.` : 'Trying now.';
  return (
    <div className="note hold" role="status" aria-live="off">
      <Icon name="unplug" />
      <strong>{isOffline ? 'You are offline' : 'Reconnecting… nothing is lost'}</strong>
      <p>
        {long ? (
          'Still trying. The answer is safe on the server.'
        ) : (
          <>
            This page has everything
            {position && (
              <>
                {' '}
                up to <span className="mono">{position}</span>
              </>
            )}{' '}
            and goes on exactly there.
          </>
        )}{' '}
        <span className="num">{next}</span>
      </p>
      <div className="do">
        <Button small onClick={tryNow}>
          Try now
        </Button>
      </div>
    </div>
  );
}

export interface AnswerProps {
  readonly answer: Written;
  /** The stream that it comes over, while it is written. */
  readonly connection?: ChatConnection | null | undefined;
  readonly actions?: ReactNode;
  /** At the end of an answer that is over. */
  readonly end?: ReactNode;
  /** What is said instead of "Thinking…". */
  readonly slow?: string | undefined;
  readonly showPanel?: (() => void) | undefined;
  readonly tryNow?: (() => void) | undefined;
}

export const Answer = memo(function Answer({ answer, connection, actions, end, slow, showPanel, tryNow }: AnswerProps) {
  const { state, reasoning = '', joints = [], restarted = false } = answer;
  const isOver = isOverState(state);
  const isLost = useIsLost(isOver ? null : (connection?.lostAt ?? null));
  const smooth = useSmoothText(answer.text, state === 'streaming' && !isLost);
  const text = isOver ? answer.text : smooth;
  const caught = useCaught(text, joints);
  const [started] = useState(() => Date.now());
  const [isLong, setLong] = useState(false);
  const sawWriting = useRef(!isOver);
  const sentences = useMemo(() => new Sentences(), []);

  useEffect(() => {
    if (!isOver && !sawWriting.current) {
      // It goes on: what stands was there before.
      sawWriting.current = true;
      sentences.skip(text);
    }
    if (!sawWriting.current) return;
    const found = sentences.take(text, isOver);
    if (found.length > 0) announce(found.join(' '));
    if (isOver) {
      sawWriting.current = false;
      announce(state === 'complete' ? 'Answer finished.' : state === 'cancelled' ? 'Answer stopped.' : 'The answer broke off.');
    }
  }, [text, isOver, sentences, state]);
  useEffect(() => {
    if (state !== 'waiting') return;
    const timer = setTimeout(() => setLong(true), 1000);
    return () => clearTimeout(timer);
  }, [state]);

  const root = useRef<HTMLElement>(null);
  // The line below a text that grows is another element after each line: one that moves would count as a shift of the layout.
  // With a button in it, it stays.
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    if (!isOver) setHeight(root.current?.querySelector<HTMLElement>('.md')?.offsetHeight ?? 0);
    root.current?.dispatchEvent(new Event('grow', { bubbles: true }));
  }, [text, isOver]);
  const last = joints.at(-1);
  const marked = useMemo(() => {
    if (isOver) return text;
    const places: Place[] = [];
    if (isLost) places.push({ offset: Infinity, mark: kHeld });
    else if (last) places.push({ offset: last.at, mark: kKnot });
    if (caught) places.push({ offset: caught.from, mark: kTint }, { offset: caught.to, mark: kTintEnd });
    if (text !== '') places.push({ offset: Infinity, mark: kCaret });
    return placeMarks(text, places);
  }, [text, isOver, isLost, last, caught?.from, caught?.to]);

  const back = last && `Back after ${(last.milliseconds / 1000).toFixed(1)} s. Nothing is missing.`;
  // One tree for all states, so that the end of an answer changes nothing of the text that stands.
  const label = isOver ? 'Answer' : isLost ? 'Answer, waiting for the connection' : 'Answer, being written';
  return (
    <article ref={root} className={`turn ${isOver ? '' : isLost ? 'is-lost' : 'is-open'}`} aria-label={label} aria-busy={!isOver || undefined} tabIndex={-1} data-message="">
      <h2 className="vh">{isOver ? 'Answer' : 'Answer, being written'}</h2>
      <div className={isLost ? 'open' : 'whole'}>
        {!isOver && (
          <span className="rope" aria-hidden="true">
            <i className={isLost ? 'past' : 'ok'} />
          </span>
        )}
        {restarted && <Notice words={wordsFor({ code: 'restarted' })} />}
        <Reasoning text={reasoning} isOpen={!isOver && text === ''} started={started} />
        <Markdown text={marked} open={!isOver} />
        {!isOver && !isLost && (
          <div className="state" key={back ? 'back' : height}>
            <Typing />
            <span>{text === '' ? (slow ?? (isLong ? 'Still working—hang tight!' : 'Thinking…')) : (back ?? 'Writing. It goes on if you close this page.')}</span>
            {back && showPanel && (
              <button type="button" className="link no-phone" onClick={showPanel}>
                See how
              </button>
            )}
          </div>
        )}
      </div>
      {isLost && connection && (
        <div className="wait">
          <span className="rope" aria-hidden="true">
            <i className="gap" />
          </span>
          <Reconnecting connection={connection} tryNow={tryNow ?? (() => {})} />
        </div>
      )}
      {isOver && end}
      {isOver && actions}
    </article>
  );
});
