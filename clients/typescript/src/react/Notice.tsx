import type { ReactElement, ReactNode } from 'react';
import { IconButton } from './Button.js';
import { Icon } from './icons.js';
import { useNow } from './useNow.js';
import type { NoticeAction, NoticeText } from './words.js';

export interface NoticeProps {
  notice: NoticeText;
  /** When it happened: a countdown begins here. */
  since?: number;
  /** Actions that the page cannot do are not offered. */
  can?: (action: NoticeAction) => boolean;
  onAction?: (action: NoticeAction) => void;
  onDismiss?: () => void;
  children?: ReactNode;
}

export function Notice({ notice, since = 0, can, onAction, onDismiss, children }: NoticeProps): ReactElement {
  const { tone, icon, title, text, action, wait, isAlert } = notice;
  const end = wait === undefined ? null : since + wait;
  const now = useNow(end);
  const left = end === null ? 0 : end - now;
  const hasRing = end !== null && left > 0;
  return (
    <div className={`belay-notice belay-tone-${tone}`} role={isAlert ? 'alert' : 'status'}>
      <Icon name={icon} />
      <strong>{title}</strong>
      <p>{children ?? text}</p>
      <div className="belay-notice-actions">
        {hasRing && <Ring left={left} of={wait!} />}
        {action && onAction && (can?.(action.kind) ?? true) && (
          <button type="button" className="belay-button" onClick={() => onAction(action.kind)}>
            {action.label}
          </button>
        )}
        {onDismiss && !hasRing && <IconButton icon="close" label="Dismiss" onClick={onDismiss} />}
      </div>
    </div>
  );
}

function Ring({ left, of }: { left: number; of: number }): ReactElement {
  const seconds = Math.ceil(left / 1000);
  const label = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <span className="belay-ring" role="timer" aria-label={`${label} left`}>
      <svg viewBox="0 0 44 44" aria-hidden="true">
        <circle cx="22" cy="22" r="19" pathLength="1" />
        <circle cx="22" cy="22" r="19" pathLength="1" strokeDasharray={`${Math.min(1, left / of)} 1`} />
      </svg>
      <span aria-hidden="true">{label}</span>
    </span>
  );
}
