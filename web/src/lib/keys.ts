// Keyboard shortcuts. Single letters work outside text fields only, can be switched off, and nothing fires while an input method composes.
import { useEffect, useRef } from 'react';
import { recall, remember } from './memory.ts';
import { Store } from './store.ts';

export const singleKeys = new Store(recall<boolean>('single-keys') ?? true);
export function setSingleKeys(value: boolean): void {
  remember('single-keys', value);
  singleKeys.set(value);
}

export interface Shortcut {
  readonly keys: string;
  readonly what: string;
}

export const shortcuts: readonly Shortcut[] = [
  { keys: 'Enter', what: 'Send' },
  { keys: 'Shift Enter', what: 'New line' },
  { keys: 'Esc', what: 'Close the menu, else stop the answer' },
  { keys: '↑', what: 'Edit the last question (in an empty box)' },
  { keys: '/', what: 'Search chats' },
  { keys: 'Ctrl K', what: 'Go to a chat' },
  { keys: 'Ctrl Shift O', what: 'New chat' },
  { keys: 'Ctrl Shift C', what: 'Copy the last answer' },
  { keys: 'Alt ← →', what: 'Other version' },
  { keys: 'Ctrl .', what: 'Developer panel' },
  { keys: 'J K', what: 'Next and previous message (in the conversation)' },
  { keys: '?', what: 'All keys' },
];

const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The name of a key press: `Ctrl+Shift+O`, `/`, `Escape`. Ctrl stands for ⌘ too. */
export function nameOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const { key } = event;
  const isLetter = key.length === 1;
  const name = isLetter && (event.ctrlKey || event.metaKey) ? key.toUpperCase() : key;
  const parts = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', event.shiftKey && (!isLetter || event.ctrlKey || event.metaKey) ? 'Shift' : '', name];
  return parts.filter(Boolean).join('+');
}

/** Handlers by key name. A handler that returns false leaves the key to others. */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => unknown>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
      const name = nameOf(event);
      const isSingle = name.length === 1;
      if (isSingle && (isText(event.target) || !singleKeys.get())) return;
      const handler = current.current[name];
      if (handler && handler(event) !== false) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
