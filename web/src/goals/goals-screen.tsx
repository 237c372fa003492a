import { useEffect, useState } from 'react';
import { online } from '../lib/client.ts';
import { useKeys } from '../lib/keys.ts';
import { wordsFor } from '../lib/problems.ts';
import { signIn } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { clock, countdown, onDay, plural } from '../lib/words.ts';
import { Composer } from '../parts/composer.tsx';
import { Button, CopyButton, Menu, Switch } from '../parts/controls.tsx';
import { useFollow } from '../parts/follow.ts';
import { Icon } from '../parts/icons.tsx';
import { Notice } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';
import { Answer, Question, useIsLost } from '../parts/turns.tsx';
import { CalendarDialog } from './calendar-dialog.tsx';
import { GoalDialog, MeetingDialog } from './plan-dialogs.tsx';
import { loadPlans, plans } from './plans.ts';
import { Side, type Open } from './side.tsx';
import { dismiss, forgetHistory, goalChat, hurry, loadOlder, say, stop, watchGoalChat, type CoachMessage } from './socket.ts';
import { useWindow } from './window.tsx';

function Turn({ message, isLast, isNewest, again }: { message: CoachMessage; isLast: boolean; isNewest: boolean; again: (() => void) | undefined }) {
  const { connection } = useStore(goalChat);
  if (message.role === 'user') return <Question text={message.text} newest={isNewest} />;
  const words = message.state === 'cancelled' ? wordsFor({ code: 'cancelled' }) : message.state === 'failed' || message.state === 'interrupted' ? wordsFor(message.fault ?? { code: 'interrupted' }) : undefined;
  return (
    <Answer
      answer={message}
      connection={isLast ? connection : null}
      slow={message.slow}
      tryNow={hurry}
      end={
        words &&
        isLast && (
          <Notice words={words}>
            {words.offer === 'retry' && again && (
              <Button small onClick={again}>
                Try again
              </Button>
            )}
          </Notice>
        )
      }
      actions={
        message.text !== '' && (
          <div className="acts">
            <CopyButton text={message.text} label="Copy answer" />
            <span className="byline no-phone">AI coach{message.tokens ? ` · ${plural(message.tokens, 'token')}` : ''}</span>
          </div>
        )
      }
    />
  );
}

export default function GoalsScreen() {
  const state = useStore(goalChat);
  const isOnline = useStore(online);
  const { session } = useStore(signIn);
  const { profile } = useStore(plans);
  const [tab, setTab] = useState<'talk' | 'aside'>('talk');
  const [dialog, open] = useState<Open | undefined>();
  const [asks, setAsks] = useState(false);
  const { ref, away, toEnd } = useFollow();
  const now = useWindow();
  const { messages, connection, access, fault } = state;
  const last = messages.at(-1);
  const isWriting = messages.some((each) => each.role === 'assistant' && (each.state === 'waiting' || each.state === 'streaming')) || last?.id.startsWith('local-') === true;
  const isLost = useIsLost(connection.lostAt);
  const newest = messages.findLast((each) => each.role === 'user');

  useEffect(watchGoalChat, [session?.user]);
  useEffect(() => {
    document.title = 'Goal coach · Belay';
    void loadPlans().catch(() => {});
  }, [session?.user]);
  useKeys({ Escape: () => (isWriting && !document.querySelector('[role=menu], dialog[open]') ? stop() : false) });

  const phase = access?.phase ?? profile?.phase;
  const steps = (
    <span className="steps no-phone" role="group" aria-label={`Phase: ${phase === 'tracking' ? 'tracking' : 'goal setting'}`}>
      {phase === 'tracking' ? (
        <>
          <span>
            <Icon name="check" small />
            Goal setting
          </span>
          <Icon name="next" small />
          <b>Tracking</b>
        </>
      ) : (
        <>
          <b>Goal setting</b>
          <Icon name="next" small />
          <span>Tracking</span>
        </>
      )}
    </span>
  );
  const words = fault && wordsFor(fault);
  const dot = <span className={`dot ${now.isClosing ? 'hold' : now.isOpen ? '' : 'off'}`} />;
  const isClosed = access !== undefined && !access.available && !isWriting;
  const close = () => open(undefined);

  return (
    <div className="main">
      <TopBar
        title="Goal coach"
        lined
        mid={steps}
        {...(isLost && { state: isOnline ? ('reconnecting' as const) : ('offline' as const) })}
        end={<Menu label="Conversation" align="end" items={[{ label: 'Calendar', icon: 'calendar', act: () => open({ kind: 'calendar' }) }, { label: 'Delete the conversation', icon: 'trash', bad: true, act: () => setAsks(true) }]} />}
      />
      <main className="fill">
        <div className="tabs">
          <Switch role="tablist" label="Parts" options={[{ value: 'talk', label: 'Coach' }, { value: 'aside', label: 'Goals' }]} value={tab} set={(value) => setTab(value as 'talk')} />
        </div>
        <div className="two slim" data-tab={tab}>
          <section className="talk" aria-label="Coach">
            {access && (
              <div className="strip" role="timer">
                {dot}
                <span className="grow">{now.title}</span>
                {now.left !== undefined && <b className="num">{countdown(now.left)}</b>}
              </div>
            )}
            <div className="scroll" ref={ref as React.Ref<HTMLDivElement>} tabIndex={-1}>
              <div className="col" role="log" aria-label="Conversation" aria-live="off">
                {state.cursor && (
                  <Button kind="quiet" small className="wide" onClick={() => void loadOlder()}>
                    Show earlier messages
                  </Button>
                )}
                {asks && (
                  <Notice words={{ tone: 'stop', icon: 'trash', title: 'Delete the whole conversation?', text: 'It cannot be brought back. Goals and meetings stay.' }}>
                    <Button small onClick={() => setAsks(false)}>
                      Keep
                    </Button>
                    <Button kind="bad" small onClick={() => (setAsks(false), void forgetHistory())}>
                      Delete
                    </Button>
                  </Notice>
                )}
                {state.known && messages.length === 0 && (
                  <div className="hello">
                    <h2>What do you want to change?</h2>
                    <p>Say it as it comes. The coach asks until it is a goal that you can reach.</p>
                  </div>
                )}
                {messages.map((message) => (
                  <Turn key={message.id} message={message} isLast={message === last} isNewest={message === newest} again={newest ? () => void say(newest.text) : undefined} />
                ))}
              </div>
            </div>
            {isClosed ? (
              <div className="dock">
                <div className="in">
                  <Notice
                    words={{
                      tone: 'plain',
                      icon: 'clock',
                      title: now.opens ? `The coach is away until ${onDay(now.opens) === 'today' ? '' : `${onDay(now.opens).replace(/^on /, '')} `}${clock(now.opens)}` : 'The coach is away until your next meeting',
                      text: 'You can read everything here, and change goals and meetings at any time.',
                    }}
                  >
                    <Button small icon="calendar" onClick={() => open(now.opens ? { kind: 'calendar' } : { kind: 'meeting' })}>
                      {now.opens ? 'Remind me' : 'Schedule a meeting'}
                    </Button>
                  </Notice>
                  <div className="under" />
                </div>
              </div>
            ) : (
              <Composer
                draft="goals"
                hint="Talk to your coach"
                send={(text) => {
                  toEnd();
                  return say(text);
                }}
                stop={stop}
                writing={isWriting && !isLost}
                blocked={!isOnline || isLost ? 'Sending works again with the connection' : undefined}
                under={
                  <span>
                    An AI coach, not a person.<span className="no-phone"> It knows your active goals and the last messages.</span>
                  </span>
                }
                above={
                  <>
                    {away && (
                      <Button small icon="down" className="newest" onClick={toEnd}>
                        {isWriting ? 'New text' : 'Newest'}
                      </Button>
                    )}
                    {state.notice && (
                      <div className="above">
                        <Notice words={{ tone: 'plain', icon: 'bell', title: state.notice, text: 'From the operator of this server.' }}>
                          <Button small onClick={() => goalChat.update({ notice: undefined })}>
                            Close
                          </Button>
                        </Notice>
                      </div>
                    )}
                    {words && (
                      <div className="above">
                        <Notice words={words} onTime={dismiss}>
                          <Button small onClick={dismiss}>
                            Close
                          </Button>
                        </Notice>
                      </div>
                    )}
                  </>
                }
              />
            )}
          </section>
          <Side open={open} />
        </div>
      </main>
      {dialog?.kind === 'goal' && <GoalDialog goal={dialog.goal} close={close} />}
      {dialog?.kind === 'meeting' && <MeetingDialog meeting={dialog.meeting} close={close} />}
      {dialog?.kind === 'calendar' && <CalendarDialog close={close} />}
    </div>
  );
}
