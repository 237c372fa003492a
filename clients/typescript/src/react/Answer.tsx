import {
  Component,
  lazy,
  memo,
  Suspense,
  useDeferredValue,
  useEffect,
  useId,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
} from 'react';
import { versionOf, type JoinedMessage } from '../chat/joined.js';
import type { ChatConnection, Message } from '../chat/state.js';
import { Branches } from './Branches.js';
import { CopyButton, IconButton } from './Button.js';
import { Icon } from './icons.js';
import type { MarkdownProps } from './Markdown.js';
import { Notice } from './Notice.js';
import { useNow } from './useNow.js';
import { useSmoothText } from './useSmoothText.js';
import { describeError, inWords, lengthLimit, restartedAgain, stopped, stoppedEarly, type NoticeAction } from './words.js';

const Markdown = lazy(() => import('./Markdown.js'));

export interface AnswerProps {
  message: JoinedMessage;
  /** The stream, if this answer is being read. */
  connection: ChatConnection | null;
  isLast: boolean;
  isBusy: boolean;
  /** Whether the surface keeps answers: with branches and reactions. */
  isStored: boolean;
  onBranch: (id: string) => void;
  onRegenerate: (id: string) => void;
  onReact: (id: string, reaction: 'like' | 'dislike' | null) => void;
  onAction: (id: string, action: NoticeAction) => void;
  onResume: () => void;
  can?: ((action: NoticeAction) => boolean) | undefined;
}

const kLostAfter = 1000; // shorter cuts are not shown

export const Answer = memo(function Answer(props: AnswerProps): ReactElement {
  const { message, connection, isLast, isBusy, isStored, onBranch, onRegenerate, onReact, onAction, onResume, can } = props;
  const { id, parts, text, reasoning, state, siblings, reaction, joints } = message;
  const isOpen = state === 'waiting' || state === 'streaming';
  const isLost = useIsLost(isOpen ? (connection?.lostAt ?? null) : null);
  const lastJoint = joints.at(-1);
  // Nobody reads it: after an error, until the reader resumes it.
  const isPaused = isOpen && !isBusy;
  const line = !isOpen ? undefined : isLost || isPaused ? 'lost' : lastJoint ? 'resumed' : 'live';
  return (
    <article className="belay-turn belay-answer" data-message={id} data-line={line} aria-busy={isOpen || undefined}>
      <h2 className="belay-hidden">{isPaused ? 'Answer, waiting' : isOpen ? 'Answer, being written' : 'Answer'}</h2>
      {reasoning !== '' && <Reasoning text={reasoning} isOpen={isOpen && text === ''} />}
      <Text message={message} isOpen={isOpen} isLost={isLost || isPaused} />
      {message.appendix.length > 0 && <Appendix parts={message.appendix} />}
      {isOpen && !isLost && !isPaused && <Progress message={message} />}
      {isOpen && isLost && connection && <Lost connection={connection} onResume={onResume} />}
      <EndNotice message={message} isLast={isLast} isStored={isStored} can={can} onAction={(action) => onAction(id, action)} />
      {!isOpen && (
        <div className="belay-actions">
          {text !== '' && <CopyButton text={() => text} label="Copy answer" />}
          {isStored && message.kind === 'chat' && !id.startsWith('local-') && (
            <>
              <IconButton
                icon="up"
                label="Good answer"
                aria-pressed={reaction === 'like'}
                onClick={() => onReact(id, reaction === 'like' ? null : 'like')}
              />
              <IconButton
                icon="down"
                label="Bad answer"
                aria-pressed={reaction === 'dislike'}
                onClick={() => onReact(id, reaction === 'dislike' ? null : 'dislike')}
              />
            </>
          )}
          {(isStored || isLast) && message.kind === 'chat' && (
            <IconButton icon="redo" label="Regenerate" disabled={isBusy} onClick={() => onRegenerate(parts[0] ?? id)} />
          )}
          {siblings.length > 1 && <Branches id={siblings[versionOf(message)] ?? id} siblings={siblings} isDisabled={isBusy} onChoose={onBranch} />}
          <Byline message={message} />
        </div>
      )}
    </article>
  );
});

/** A cut shows after a second. */
function useIsLost(lostAt: number | null): boolean {
  const [isLost, setIsLost] = useState(false);
  useEffect(() => {
    if (lostAt === null) return setIsLost(false);
    const timer = setTimeout(() => setIsLost(true), Math.max(0, lostAt + kLostAfter - Date.now()));
    return () => clearTimeout(timer);
  }, [lostAt]);
  return isLost && lostAt !== null;
}

function Text({ message, isOpen, isLost }: { message: Message; isOpen: boolean; isLost: boolean }): ReactElement | null {
  const smooth = useSmoothText(message.text, isOpen);
  // Parsing gives way to what the reader does.
  const deferred = useDeferredValue(smooth);
  const text = isOpen ? deferred : smooth;
  const joints = useRef<readonly number[]>([]);
  const places = isOpen ? message.joints.map(({ at }) => at) : [];
  if (places.join() !== joints.current.join()) joints.current = places;
  if (text === '') return null;
  const props: MarkdownProps = { text, isStreaming: isOpen, joints: joints.current, end: !isOpen ? null : isLost ? 'knot' : 'caret' };
  const plain = (
    <div className="belay-prose belay-plain" dir="auto">
      {text}
    </div>
  );
  return (
    <PlainOnError fallback={plain}>
      <Suspense fallback={plain}>
        <Markdown {...props} />
      </Suspense>
    </PlainOnError>
  );
}

/** Shows the answer as plain text if its Markdown cannot be shown, for example because `streamdown` is not installed. */
class PlainOnError extends Component<{ fallback: ReactNode; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }
  override render() {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}

function Reasoning({ text, isOpen }: { text: string; isOpen: boolean }): ReactElement {
  const [isShown, setIsShown] = useState(false);
  const begin = useRef(Date.now());
  const seconds = useRef<number | null>(null);
  const wasOpen = useRef(isOpen);
  if (isOpen) wasOpen.current = true;
  else if (wasOpen.current && seconds.current === null) seconds.current = Math.max(1, Math.round((Date.now() - begin.current) / 1000));
  const id = useId();
  const title = isOpen ? 'Thinking…' : seconds.current === null ? 'Thoughts' : `Thought for ${seconds.current} s`;
  return (
    <div className="belay-reasoning">
      <button type="button" aria-expanded={isShown} aria-controls={id} onClick={() => setIsShown(!isShown)}>
        {title}
        <Icon name={isShown ? 'fold' : 'next'} />
      </button>
      <div id={id} hidden={!isShown} dir="auto">
        {text}
      </div>
    </div>
  );
}

function Appendix({ parts }: { parts: Message['appendix'] }): ReactElement {
  return (
    <section className="belay-appendix" aria-label="Appendix">
      <h3>Appendix</h3>
      {parts.map(({ type, language, content }, at) => (
        <div className="belay-code" key={at}>
          <div className="belay-code-head">
            <span>{language || type}</span>
            <CopyButton text={() => content} label="Copy code" />
          </div>
          <pre tabIndex={0} aria-label={language ? `Code, ${language}` : 'Code'}>
            <code dir="ltr">{content}</code>
          </pre>
        </div>
      ))}
    </section>
  );
}

function Progress({ message }: { message: Message }): ReactElement {
  const joint = message.joints.at(-1);
  const words =
    message.state === 'waiting' && message.reasoning === ''
      ? 'Thinking…'
      : joint
        ? `Back after ${(joint.milliseconds / 1000).toFixed(1)} s. Nothing is missing.`
        : 'Writing. It goes on if you close this page.';
  return (
    <div className="belay-progress">
      <span className="belay-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{words}</span>
    </div>
  );
}

function Lost({ connection, onResume }: { connection: ChatConnection; onResume: () => void }): ReactElement {
  const { position, retryAt, lostAt, status } = connection;
  const now = useNow(retryAt);
  const isLong = lostAt !== null && now - lostAt > 30_000;
  return (
    <div className="belay-lost">
      <Notice
        notice={{
          tone: 'hold',
          icon: 'unplug',
          title: status === 'offline' ? 'You are offline. Nothing is lost' : 'Reconnecting… nothing is lost',
          text: '',
          action: { kind: 'resume', label: 'Try now' },
        }}
        onAction={onResume}
      >
        {isLong && 'Still trying. The answer is safe on the server. '}
        {position !== '' && (
          <>
            This page has everything up to <code>{position}</code> and goes on exactly there.{' '}
          </>
        )}
        {retryAt !== null && retryAt > now ? `Next try in ${inWords(retryAt - now)}.` : 'Trying now.'}
      </Notice>
    </div>
  );
}

interface EndNoticeProps {
  message: Message;
  isLast: boolean;
  isStored: boolean;
  can: ((action: NoticeAction) => boolean) | undefined;
  onAction: (action: NoticeAction) => void;
}

function EndNotice({ message, isLast, isStored, can, onAction }: EndNoticeProps): ReactElement | null {
  const { state, finish, error, restarted, text } = message;
  const isOpen = state === 'waiting' || state === 'streaming';
  const offers = (action: NoticeAction) => isLast && (action !== 'continue' || isStored) && (can?.(action) ?? true);
  let notice = null;
  if (state === 'cancelled') notice = text === '' ? stoppedEarly : stopped;
  else if (state === 'complete' && finish === 'length') notice = lengthLimit;
  else if (state === 'failed' || state === 'interrupted') notice = describeError(error ?? { code: 'interrupted', message: '' });
  else if (restarted && isOpen) notice = restartedAgain;
  return notice && <Notice notice={isLast ? notice : { ...notice, isAlert: false }} can={offers} onAction={onAction} />;
}

function Byline({ message }: { message: Message }): ReactElement | null {
  const { modelId, outputTokens, source, kind } = message;
  if (kind === 'command') return null;
  const parts = [
    modelId,
    outputTokens !== null && `${outputTokens.toLocaleString('en')} ${outputTokens === 1 ? 'token' : 'tokens'}`,
    source === 'cached' && 'from the cache',
    source === 'stale' && 'an earlier answer, because the model failed',
  ].filter(Boolean);
  return parts.length > 0 ? <span className="belay-byline">{parts.join(' · ')}</span> : null;
}
