import { useEffect, useImperativeHandle, useRef, useState, type ReactNode, type Ref } from 'react';
import { IconButton } from './controls.tsx';
import { Icon } from './icons.tsx';
import { useGrowing } from './turns.tsx';

export interface ComposerHandle {
  focus: () => void;
  set: (text: string) => void;
}

interface ComposerProps {
  readonly hint: string;
  /** Returns whether the text was taken: it stays in the box otherwise. */
  readonly send: (text: string) => Promise<boolean> | boolean;
  readonly stop?: (() => void) | undefined;
  /** An answer is being written: Stop replaces Send. */
  readonly writing?: boolean;
  /** Why nothing can be sent now. */
  readonly blocked?: string | undefined;
  /** Not shown, but nothing may be sent: a request is on its way. */
  readonly busy?: boolean;
  readonly tools?: ReactNode;
  readonly attach?: { readonly accept: string; readonly label: string; readonly choose: (files: readonly File[]) => void } | undefined;
  readonly files?: ReactNode;
  readonly above?: ReactNode;
  readonly under?: ReactNode;
  readonly editLast?: (() => boolean) | undefined;
  readonly handle?: Ref<ComposerHandle>;
  /** Under what the draft is kept while the page is open. */
  readonly draft: string;
}

const drafts = new Map<string, string>();
const kMaxPrompt = 100_000;

export function Composer({ hint, send, stop, writing = false, blocked, busy = false, tools, attach, files, above, under, editLast, handle, draft }: ComposerProps) {
  const [text, setText] = useState(() => drafts.get(draft) ?? '');
  const field = useGrowing(text);
  const picker = useRef<HTMLInputElement>(null);
  const put = (value: string) => {
    drafts.set(draft, value);
    setText(value);
  };
  useEffect(() => setText(drafts.get(draft) ?? ''), [draft]);
  useImperativeHandle(handle, () => ({ focus: () => field.current?.focus(), set: put }));
  const canSend = text.trim() !== '' && !blocked && !writing && !busy;
  const submit = async () => {
    if (!canSend) return;
    const value = text;
    put('');
    if (!(await send(value.trim())) && !drafts.get(draft)) put(value);
    field.current?.focus();
  };
  return (
    <form
      className="dock"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="in">
        {above}
        <div className="composer">
          {files}
          <textarea
            ref={field}
            rows={1}
            aria-label="Message"
            aria-describedby="under-composer"
            placeholder={hint}
            value={text}
            maxLength={kMaxPrompt}
            dir="auto"
            enterKeyHint="send"
            onChange={(event) => put(event.target.value)}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing || event.keyCode === 229) return;
              if (event.key === 'Enter' && !event.shiftKey) {
                event.preventDefault();
                void submit();
              } else if (event.key === 'ArrowUp' && text === '' && editLast?.()) event.preventDefault();
            }}
          />
          <div className="tools">
            {attach ? (
              <>
                <IconButton icon="clip" label={attach.label} big onClick={() => picker.current?.click()} />
                <input
                  ref={picker}
                  type="file"
                  hidden
                  multiple
                  accept={attach.accept}
                  aria-label={attach.label}
                  onChange={(event) => {
                    attach.choose([...(event.target.files ?? [])]);
                    event.target.value = '';
                  }}
                />
              </>
            ) : (
              <span className="tools-start" />
            )}
            {tools}
            <span className="grow" />
            {writing && stop ? (
              <button
                type="button"
                className="send stopper"
                aria-keyshortcuts="Escape"
                onClick={() => {
                  stop();
                  field.current?.focus();
                }}
              >
                Stop
              </button>
            ) : (
              <button type="submit" className="send" aria-label="Send" disabled={!canSend}>
                <Icon name="send" />
              </button>
            )}
          </div>
        </div>
        <div className="under" id="under-composer">
          {blocked ?? under}
        </div>
      </div>
    </form>
  );
}
