import {
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from 'react';
import { IconButton } from './Button.js';

export interface ComposerHandle {
  focus: () => void;
  /** Puts a text into the box, if it is empty. */
  restore: (text: string) => void;
}

export interface ComposerProps {
  /** For the page: focus, and a text that comes back. */
  handle?: Ref<ComposerHandle>;
  /** Returns whether the text was accepted. If not, it comes back into the box. */
  onSend: (text: string) => Promise<boolean>;
  onStop: () => void;
  /** ↑ in an empty box. */
  onEditLast?: () => void;
  isRunning: boolean;
  /** Why nothing can be sent now; the text can still be written. */
  blocked?: string | null;
  placeholder?: string;
  /** Beside the send button: models, personas, attachments. */
  tools?: ReactNode;
  /** Above the text: attached files. */
  above?: ReactNode;
  /** Below the box, if nothing else must be said. */
  hint?: ReactNode;
}

export function Composer(props: ComposerProps): ReactElement {
  const { handle, onSend, onStop, onEditLast, isRunning, blocked, placeholder = 'Ask anything', tools, above, hint } = props;
  const id = useId();
  const [text, setText] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const latest = useRef('');
  latest.current = text;

  useImperativeHandle(handle, () => ({
    focus: () => box.current?.focus(),
    restore: (old) => {
      if (latest.current === '') setText(old);
    },
  }));
  useGrowth(box, text);

  const canSend = !isRunning && !blocked && text.trim() !== '';
  const send = () => {
    if (!canSend) return;
    setText('');
    void onSend(text).then((isAccepted) => {
      if (!isAccepted && latest.current === '') setText(text);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return; // an input method
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '' && onEditLast && !isRunning) {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <form
      className="belay-composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="belay-composer-box">
        {above}
        <label className="belay-hidden" htmlFor={id}>
          Message
        </label>
        <textarea
          id={id}
          ref={box}
          rows={1}
          dir="auto"
          value={text}
          placeholder={placeholder}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="belay-composer-tools">
          {tools}
          <span className="belay-grow" />
          {isRunning ? (
            <button
              type="button"
              className="belay-stop"
              aria-keyshortcuts="Escape"
              onClick={() => {
                onStop();
                box.current?.focus();
              }}
            >
              Stop
            </button>
          ) : (
            <IconButton icon="send" label="Send" type="submit" className="belay-send" disabled={!canSend} />
          )}
        </div>
      </div>
      <div className="belay-composer-hint" id={`${id}-hint`}>
        {blocked ?? hint}
      </div>
    </form>
  );
}

/** A text box as high as its text, up to eight lines. */
export function useGrowth(box: { current: HTMLTextAreaElement | null }, text: string): void {
  useIsomorphicLayoutEffect(() => {
    const field = box.current;
    if (!field) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  }, [text]);
}
// The server has no layout.
const useIsomorphicLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;
