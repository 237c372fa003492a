import { useEffect, useRef, useState } from 'react';
import type { Message } from '../chat/state.js';

const kPause = 2000; // at most one announcement in this time

/** Whole sentences of the text after `from`, and where they end. Code is said by its number of lines. */
export function sentences(text: string, from: number): { said: string; end: number } {
  const rest = text.slice(from);
  let end = 0;
  let isCode = false;
  // A line end, or the end of a sentence outside code.
  for (const match of rest.matchAll(/^[ \t]*(?:```|~~~)|[.!?:。！？]+(?=\s)|\n/gmu)) {
    const at = match.index + match[0].length;
    if (/```|~~~/.test(match[0])) isCode = !isCode;
    else if (!isCode) end = at;
  }
  const said = rest
    .slice(0, end)
    .replace(/^[ \t]*(```|~~~)[^\n]*\n([\s\S]*?)^[ \t]*\1[^\n]*$/gmu, (_, __, code: string) => {
      const lines = code.split('\n').length - 1;
      return `code block, ${lines} ${lines === 1 ? 'line' : 'lines'}.`;
    })
    .replace(/[*_`#>|]+/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return { said, end: from + end };
}

/** What a screen reader is told about the newest answer: whole sentences, seldom, and its end. */
export function useAnnouncements(answer: Message | undefined): string {
  const [said, setSaid] = useState('');
  const at = useRef({ key: '', position: 0, time: 0, isOpen: false });
  const latest = useRef(answer);
  latest.current = answer;
  const isOpen = answer?.state === 'waiting' || answer?.state === 'streaming';
  useEffect(() => {
    const current = at.current;
    if (!answer) return;
    if (current.key !== answer.key) Object.assign(current, { key: answer.key, position: isOpen ? 0 : answer.text.length, isOpen });
    const say = () => {
      const now = latest.current;
      if (!now || now.key !== current.key) return;
      if (now.text.length < current.position) current.position = 0; // it was restarted
      const ended = now.state !== 'waiting' && now.state !== 'streaming';
      const next = sentences(ended ? `${now.text}\n` : now.text, current.position);
      const end = ended && current.isOpen ? (now.state === 'complete' ? 'Answer finished.' : 'Answer ended.') : '';
      current.isOpen = !ended;
      current.position = next.end;
      const words = [next.said, end].filter(Boolean).join(' ');
      if (words === '') return;
      current.time = Date.now();
      setSaid(words);
    };
    if (!isOpen && !current.isOpen) return;
    const timer = setTimeout(say, Math.max(0, current.time + kPause - Date.now()));
    return () => clearTimeout(timer);
    // Text that arrives meanwhile is said with the next announcement.
  }, [answer?.key, isOpen, isOpen ? Math.floor((answer?.text.length ?? 0) / 40) : 0]);
  return said;
}
