import { useEffect, useState } from 'react';
import { useStore } from '../lib/store.ts';
import { clock, countdown, onDay } from '../lib/words.ts';
import { nextMeeting, plans, type Meeting } from './plans.ts';
import { goalChat, loadAccess } from './socket.ts';

const kClosing = 5 * 60_000;

/** The time, once a second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** What the window says: in a card, and on a phone in a strip under the bar. */
export function useWindow() {
  const { access } = useStore(goalChat);
  const now = useNow();
  const closes = access?.closes_at ? Date.parse(access.closes_at) : undefined;
  const opens = access?.next_available ? Date.parse(access.next_available) : undefined;
  const isOpen = access?.available ?? true;
  const turn = isOpen ? closes : opens;
  useEffect(() => {
    if (turn !== undefined && turn <= now) void loadAccess();
  }, [turn !== undefined && turn <= now]);
  const left = turn === undefined ? undefined : Math.max(0, turn - now);
  const isClosing = isOpen && left !== undefined && closes !== undefined && left < kClosing;
  const title = !isOpen ? (opens ? `Closed, opens ${onDay(opens, now)} ${clock(opens)}` : 'Closed') : closes ? `Open until ${clock(closes)}` : 'Always open while you set goals';
  return { access, now, closes, opens, isOpen, left, isClosing, title };
}

function WindowLine({ meeting, opens, closes, now, isOpen }: { meeting: Meeting; opens: number; closes: number; now: number; isOpen: boolean }) {
  const at = (time: number) => ((Math.min(closes, Math.max(opens, time)) - opens) / (closes - opens)) * 298;
  const start = Date.parse(meeting.start);
  const end = Date.parse(meeting.end);
  return (
    <svg className="win" viewBox="0 0 298 44" role="img" aria-label={`Opens ${clock(opens)}, meeting ${clock(start)} to ${clock(end)}, closes ${clock(closes)}`}>
      <rect className="w-all" y="8" width="298" height="6" rx="3" />
      {isOpen && <rect className="w-past" y="8" width={at(now)} height="6" rx="3" />}
      <rect className={isOpen ? 'w-meet' : 'w-shut'} x={at(start)} y="8" width={Math.max(3, at(end) - at(start))} height="6" />
      {isOpen && <circle className="w-now" cx={Math.max(6, Math.min(292, at(now)))} cy="11" r="6" />}
      <text x="0" y="36">{clock(opens)}</text>
      <text x={Math.max(44, at(start))} y="36">{clock(start)} meeting</text>
      <text x="298" y="36" textAnchor="end">{clock(closes)}</text>
    </svg>
  );
}

const kOpensBefore = 30 * 60_000;
const kClosesAfter = 60 * 60_000;

export function WindowCard() {
  const { meetings } = useStore(plans);
  const { access, now, closes, opens, isOpen, left, isClosing, title } = useWindow();
  if (!access) return null;
  const meeting = meetings.find((each) => each.id === access.meeting_id) ?? nextMeeting(meetings, now);
  const from = meeting && (opens !== undefined && !isOpen ? opens : Date.parse(meeting.start) - kOpensBefore);
  const to = meeting && (closes ?? Date.parse(meeting.end) + kClosesAfter);
  const showsLine = meeting && from !== undefined && to !== undefined && access.phase === 'tracking' && (isOpen || opens !== undefined);
  return (
    <section className={`card window ${isClosing ? 'closing' : ''}`} aria-label="When the coach is there">
      <div className="row">
        <span className={`dot ${isClosing ? 'hold' : isOpen ? '' : 'off'}`} />
        <span className="over">{isOpen ? title : 'Opens in'}</span>
      </div>
      {left !== undefined && (
        <p className="big" role="timer">
          {countdown(left)}
        </p>
      )}
      <p className="dim">
        {isOpen
          ? closes
            ? 'Then the chat closes. An answer under way is finished.'
            : 'Set a goal and a meeting: then the coach is there around your meetings.'
          : opens
            ? `${onDay(opens, now).replace(/^./, (letter) => letter.toUpperCase())} ${clock(opens)}, half an hour before your meeting.`
            : 'Schedule a meeting: the coach is there around it.'}
      </p>
      {showsLine && <WindowLine meeting={meeting} opens={from} closes={to} now={now} isOpen={isOpen} />}
    </section>
  );
}
