import { useEffect, useState, type ReactNode } from 'react';
import type { Words } from '../lib/problems.ts';
import { countdown } from '../lib/words.ts';
import { Icon, type IconName } from './icons.tsx';

/** The time until `at`, once a second. Calls `done` when it is over. */
export function useCountdown(at: number | undefined, done?: () => void): number {
  const [left, setLeft] = useState(() => (at === undefined ? 0 : Math.max(0, at - Date.now())));
  useEffect(() => {
    if (at === undefined) return;
    const tick = () => {
      const now = Math.max(0, at - Date.now());
      setLeft(now);
      if (now === 0) {
        clearInterval(timer);
        done?.();
      }
    };
    const timer = setInterval(tick, 250);
    tick();
    return () => clearInterval(timer);
    // eslint-disable-next-line
  }, [at]);
  return left;
}

const kCircle = 119.4;

function Ring({ at, from, done }: { at: number; from: number; done?: (() => void) | undefined }) {
  const left = useCountdown(at, done);
  const part = Math.min(1, left / Math.max(1, at - from));
  return (
    <span className="ring" role="timer" aria-label={`${countdown(left)} left`}>
      <svg width="44" height="44" viewBox="0 0 44 44" fill="none" aria-hidden="true">
        <circle className="ring-back" cx="22" cy="22" r="19" strokeWidth="3" />
        <circle className="ring-left" cx="22" cy="22" r="19" strokeWidth="3" strokeLinecap="round" strokeDasharray={`${(part * kCircle).toFixed(1)} 120`} />
      </svg>
      {countdown(left)}
    </span>
  );
}

/** One component for every error and every recovery. */
export function Notice({ words, children, onTime }: { words: Words; children?: ReactNode; onTime?: (() => void) | undefined }) {
  const [from] = useState(() => Date.now());
  return (
    <div className={`note ${words.tone} ${words.at ? 'ringed' : ''}`} role={words.tone === 'stop' ? 'alert' : 'status'}>
      <Icon name={words.icon as IconName} />
      <strong dir="auto">{words.title}</strong>
      {words.text && <p>{words.text}</p>}
      {words.at !== undefined ? (
        <div className="do">
          <Ring at={words.at} from={from} done={onTime} />
        </div>
      ) : (
        children && <div className="do">{children}</div>
      )}
    </div>
  );
}
