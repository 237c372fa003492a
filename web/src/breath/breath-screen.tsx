// One short line for each breath. The sliders stand for what a microphone would measure; a line is asked for when they rest, and then every
// few seconds while the session runs.
import type { Schemas } from '@belay/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { client, online } from '../lib/client.ts';
import { faultOf, wordsFor, type Fault } from '../lib/problems.ts';
import { useStore } from '../lib/store.ts';
import { loadModels, models } from '../chat/models.ts';
import { Button, Menu, Switch } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { Notice, useCountdown } from '../parts/notice.tsx';
import { TopBar } from '../parts/shell.tsx';

type Phase = Schemas['Breath']['phase'];
const phases: readonly { value: Phase; label: string }[] = [
  { value: 'warmup', label: 'Warm-up' },
  { value: 'main', label: 'Main' },
  { value: 'cooldown', label: 'Cool-down' },
];

export interface Measured {
  readonly intensity: number;
  readonly volume: number;
  readonly tempo: number;
  readonly silence: number;
}

const levels = ['soft', 'easy', 'medium', 'hard', 'all out'];
const depths = ['flat', 'shallow', 'medium', 'deep', 'full'];
const step = (names: readonly string[], value: number): string => names[Math.min(names.length - 1, Math.floor(value * names.length))]!;

export const wordsOf = ({ intensity, volume, tempo, silence }: Measured) => ({
  intensity: step(levels, intensity),
  volume: step(depths, volume),
  tempo: `${Math.round(tempo)} / min`,
  silence: `${silence.toFixed(1)} s`,
});

const kRest = 400; // the sliders have stopped moving
const kPause = 6000; // between two lines while it runs

function Since({ at }: { at: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  return <>{seconds < 2 ? 'now' : `${seconds} seconds ago`}</>;
}

export default function BreathScreen() {
  const [measured, setMeasured] = useState<Measured>({ intensity: 0.6, volume: 0.55, tempo: 18, silence: 0.4 });
  const [phase, setPhase] = useState<Phase>('main');
  const [persona, setPersona] = useState('fitness_coach');
  const [said, setSaid] = useState<{ line: Schemas['CoachLine']; at: number } | undefined>();
  const [fault, setFault] = useState<{ fault: Fault; at: number } | undefined>();
  const [runs, setRuns] = useState(false);
  const { personas } = useStore(models);
  const isOnline = useStore(online);
  const asking = useRef<AbortController | undefined>(undefined);
  const voice = personas.find((each) => each.name === persona);

  useEffect(() => {
    document.title = 'Breath coach · Belay';
    if (models.get().personas.length === 0) void loadModels().catch(() => {});
  }, []);

  const ask = useCallback(async () => {
    asking.current?.abort();
    const end = (asking.current = new AbortController());
    try {
      const line = await client.call('POST', '/coach', { body: { ...measured, phase, persona }, signal: end.signal });
      setSaid({ line, at: Date.now() });
      setFault(undefined);
    } catch (error) {
      if (!end.signal.aborted) setFault({ fault: faultOf(error), at: Date.now() });
    }
  }, [measured, phase, persona]);

  useEffect(() => {
    if (!isOnline) return;
    const timer = setTimeout(() => void ask(), kRest);
    return () => clearTimeout(timer);
  }, [ask, isOnline]);
  useEffect(() => () => asking.current?.abort(), []);
  const [next, setNext] = useState<number | undefined>();
  useCountdown(runs ? next : undefined, () => {
    void ask();
    setNext(Date.now() + kPause);
  });

  const names = wordsOf(measured);
  const slider = (key: keyof Measured, label: string, max: number, by: number) => (
    <label>
      {label}
      <input type="range" min={0} max={max} step={by} value={measured[key]} aria-valuetext={names[key]} onChange={(event) => setMeasured({ ...measured, [key]: Number(event.target.value) })} />
      <output>{names[key]}</output>
    </label>
  );
  const breath = measured.tempo > 0 ? 60 / measured.tempo : 8;
  const lungs = useRef<HTMLDivElement>(null);
  useEffect(() => {
    lungs.current?.style.setProperty('--breath', `${Math.min(12, breath).toFixed(2)}s`);
  }, [breath]);

  return (
    <div className="main">
      <TopBar
        title="Breath coach"
        lined
        end={
          personas.length > 0 && (
            <Menu
              label={`Persona: ${voice?.display_name ?? 'Assistant'}`}
              align="end"
              choose
              items={personas.map((each) => ({ label: each.display_name, checked: each.name === persona, act: () => setPersona(each.name) }))}
              button={
                <>
                  <Icon name="user" small />
                  <span className="cut no-phone">{voice?.display_name ?? 'Assistant'}</span>
                  <Icon name="fold" small />
                </>
              }
            />
          )
        }
      />
      <main className="scroll">
        <div className="breath">
          <Switch label="Phase" options={phases} value={phase} set={(value) => setPhase(value as Phase)} />
          <div className="lungs" ref={lungs}>
            <span>{Math.round(measured.tempo)} a minute</span>
          </div>
          <p className="line" aria-live="polite" dir="auto">
            {said?.line.line ?? ''}
          </p>
          <p className="dim">
            {said ? (
              <>
                {voice?.display_name ?? said.line.persona}, {said.line.breathing}, <Since at={said.at} />
              </>
            ) : (
              'Move a slider, or start'
            )}
          </p>
          <Button
            kind={runs ? 'plain' : 'primary'}
            onClick={() => {
              setRuns(!runs);
              setNext(Date.now() + kPause);
            }}
          >
            {runs ? 'Stop the session' : 'Start the session'}
          </Button>
          <div className="sliders">
            {slider('intensity', 'Intensity', 1, 0.01)}
            {slider('volume', 'Volume', 1, 0.01)}
            {slider('tempo', 'Tempo', 60, 1)}
            {slider('silence', 'Silence', 10, 0.1)}
          </div>
          {fault && (
            <div className="above">
              <Notice words={wordsFor(fault.fault, {}, fault.at)} onTime={() => void ask()}>
                <Button small onClick={() => void ask()}>
                  Try again
                </Button>
              </Notice>
            </div>
          )}
        </div>
      </main>
    </div>
  );
}
