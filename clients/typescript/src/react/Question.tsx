import { memo, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { Message } from '../chat/state.js';
import { CopyButton, IconButton } from './Button.js';
import { Branches } from './Branches.js';
import { useGrowth } from './Composer.js';

export interface QuestionProps {
  message: Message;
  isEditing: boolean;
  canEdit: boolean;
  isBusy: boolean;
  onEdit: (id: string | null) => void;
  onSave: (id: string, text: string) => void;
  onBranch: (id: string) => void;
}

export const Question = memo(function Question(props: QuestionProps): ReactElement {
  const { message, isEditing, canEdit, isBusy, onEdit, onSave, onBranch } = props;
  const { id, text, siblings } = message;
  return (
    <article className="belay-turn belay-question" data-message={id}>
      <h2 className="belay-hidden">You asked</h2>
      {isEditing ? (
        <Editor text={text} versions={siblings.length} onCancel={() => onEdit(null)} onSave={(next) => onSave(id, next)} />
      ) : (
        <>
          <div className="belay-actions">
            {siblings.length > 1 && <Branches id={id} siblings={siblings} isDisabled={isBusy} onChoose={onBranch} />}
            <CopyButton text={() => text} label="Copy question" />
            {canEdit && <IconButton icon="edit" label="Edit and ask again" disabled={isBusy} onClick={() => onEdit(id)} />}
          </div>
          <div className="belay-bubble" dir="auto">
            {text}
          </div>
        </>
      )}
    </article>
  );
});

interface EditorProps {
  text: string;
  versions: number;
  onCancel: () => void;
  onSave: (text: string) => void;
}

function Editor({ text: old, versions, onCancel, onSave }: EditorProps): ReactElement {
  const id = useId();
  const [text, setText] = useState(old);
  const box = useRef<HTMLTextAreaElement>(null);
  useGrowth(box, text);
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(old.length, old.length);
  }, [old]);
  const canSave = text.trim() !== '' && text !== old;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      onCancel();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (canSave) onSave(text);
    }
  };
  return (
    <div className="belay-editor">
      <label className="belay-hidden" htmlFor={id}>
        Your question
      </label>
      <textarea
        id={id}
        ref={box}
        rows={1}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="belay-editor-row">
        <small className="belay-grow">The old question stays as version {Math.max(1, versions)}.</small>
        <button type="button" className="belay-button belay-quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="belay-button belay-primary" disabled={!canSave} onClick={() => onSave(text)}>
          Save and ask
        </button>
      </div>
    </div>
  );
}
