// Questions and answers, as every coach and the chats show them.
import { memo, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { kCaret, kHeld, kKnot, kTint, kTintEnd, placeMarks, type Place } from '../lib/marks.ts';
import { wordsFor } from '../lib/problems.ts';
import type { Live, LiveAnswer } from '../chat/live.ts';
import { useStore } from '../lib/store.ts';
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
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
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

const Typing = () => (
  <span className="typing" aria-hidden="true">
    <i />
    <i />
    <i />
  </span>
);

/** Where the line has its knots, and what is tinted. */
export function placesOf(live: Live): Place[] {
  const places: Place[] = [];
  const isOver = live.state === 'done' || live.state === 'failed' || live.state === 'stopped';
  if (isOver) return places;
  const last = live.cuts.at(-1);
  if (last && last.resumedAt === undefined) {
    if (live.lost) places.push({ offset: last.offset, mark: kHeld });
  } else if (last) {
    places.push({ offset: last.offset, mark: kKnot });
    if (live.tint && last.caughtTo !== undefined) places.push({ offset: last.offset, mark: kTint }, { offset: last.caughtTo, mark: kTintEnd });
  }
  if (live.state === 'streaming') places.push({ offset: Infinity, mark: kCaret });
  return places;
}

function Reasoning({ text, thoughtFor, open }: { text: string; thoughtFor: number | undefined; open: boolean }) {
  const [isOpen, setOpen] = useState(false);
  if (!text) return null;
  const label = thoughtFor !== undefined ? `Thought for ${Math.max(1, Math.round(thoughtFor / 1000))} s` : open ? 'Thinking…' : 'Thoughts';
  return (
    <div className="thoughts">
      <button type="button" className="think" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label}
        <Icon name={isOpen ? 'fold' : 'next'} small />
      </button>
      {isOpen && <p className="thought" dir="auto">{text}</p>}
    </div>
  );
}

function Reconnecting({ live, tryNow }: { live: Live; tryNow: () => void }) {
  const left = useCountdown(live.retryAt);
  const cut = live.cuts.at(-1);
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), Math.max(0, 30_000 - (Date.now() - (cut?.lostAt ?? Date.now()))));
    announce('Reconnecting. Nothing is lost.');
    return () => clearTimeout(timer);
  }, [cut?.lostAt]);
  const isOffline = typeof navigator !== 'undefined' && !navigator.onLine;
  const next = isOffline ? 'It goes on when the network is back.' : left > 0 ? `Next try in ${Math.ceil(left / 1000)} s.` : 'Trying now.';
  return (
    <div className="note hold" role="status" aria-live="off">
      <Icon name="unplug" />
      <strong>{isOffline ? 'You are offline' : 'Reconnecting… nothing is lost'}</strong>
      <p>
        {long ? 'Still trying. The answer is safe on the server.' : (
          <>
            This page has everything{cut?.position && <> up to <span className="mono">{cut.position}</span></>} and goes on exactly there.
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

/** The last cut of an open answer, in words. */
function backAfter(live: Live): string | undefined {
  const last = live.cuts.at(-1);
  return last?.resumedAt === undefined ? undefined : `Back after ${((last.resumedAt - last.lostAt) / 1000).toFixed(1)} s. Nothing is missing.`;
}

export interface AnswerProps {
  readonly live?: LiveAnswer | undefined;
  /** The whole text, as it is saved. */
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly actions?: ReactNode;
  /** At the end of the answer. */
  readonly end?: ReactNode;
  readonly slow?: string | undefined;
  readonly showPanel?: (() => void) | undefined;
  readonly tryNow?: () => void;
}

export function Answer(props: AnswerProps) {
  return props.live ? <LiveTurn {...props} live={props.live} /> : <SavedTurn {...props} />;
}

const SavedTurn = ({ text = '', reasoning, actions, end }: AnswerProps) => (
  <article className="turn" aria-label="Answer" tabIndex={-1} data-message="">
    {reasoning && <Reasoning text={reasoning} thoughtFor={undefined} open={false} />}
    <Markdown text={text} />
    {end}
    {actions}
  </article>
);

function LiveTurn({ live: answer, text: saved, actions, end, slow, showPanel, tryNow }: AnswerProps & { live: LiveAnswer }) {
  const live = useStore(answer.store);
  const isOver = live.state === 'done' || live.state === 'failed' || live.state === 'stopped';
  const sentences = useMemo(() => new Sentences(), [answer]);
  const text = isOver && saved !== undefined ? saved : live.text.slice(0, live.shown);
  const spoken = useRef(false);
  useEffect(() => {
    if (spoken.current) return;
    const found = sentences.take(text, isOver);
    if (found.length > 0) announce(found.join(' '));
    if (isOver) {
      spoken.current = true;
      announce(live.state === 'done' ? 'Answer finished.' : live.state === 'stopped' ? 'Answer stopped.' : 'The answer broke off.');
    }
  }, [text, isOver, sentences, live.state]);

  const places = isOver ? [] : placesOf(live);
  const isLost = live.lost && !isOver;
  const back = backAfter(live);
  const label = isOver ? 'Answer' : isLost ? 'Answer, waiting for the connection' : 'Answer, being written';
  return (
    <article className={`turn ${isOver ? '' : isLost ? 'is-lost' : 'is-open'}`} aria-label={label} aria-busy={!isOver || undefined} tabIndex={-1} data-message="">
      <div className={isLost ? 'open' : 'whole'}>
        {!isOver && (
          <span className="rope" aria-hidden="true">
            <i className={isLost ? 'past' : 'ok'} />
          </span>
        )}
        {live.restarted && !isOver && <Notice words={wordsFor({ code: 'restarted' })} />}
        <Reasoning text={live.reasoning} thoughtFor={live.thoughtFor} open={live.state === 'reasoning'} />
        <Markdown text={placeMarks(text, places)} open={!isOver} />
        {!isOver && !isLost && (
          <div className="state">
            <Typing />
            <span>{text === '' ? (slow ?? 'Thinking…') : (back ?? 'Writing. It goes on if you close this page.')}</span>
            {back && showPanel && (
              <button type="button" className="link no-phone" onClick={showPanel}>
                See how
              </button>
            )}
          </div>
        )}
      </div>
      {isLost && (
        <div className="wait">
          <span className="rope" aria-hidden="true">
            <i className="gap" />
          </span>
          <Reconnecting live={live} tryNow={tryNow ?? (() => {})} />
        </div>
      )}
      {isOver && end}
      {isOver && actions}
    </article>
  );
}
