import { useEffect, useRef, useState } from 'react';
import { client } from '../lib/client.ts';
import { faultOf } from '../lib/problems.ts';
import { plural } from '../lib/words.ts';
import { Button, CopyButton, Dialog } from '../parts/controls.tsx';
import { Icon } from '../parts/icons.tsx';
import { importCalendar } from './plans.ts';

export function CalendarDialog({ close }: { close: () => void }) {
  const [address, setAddress] = useState<string | undefined>();
  const [made, setMade] = useState<string | null | undefined>();
  const [report, setReport] = useState<string | undefined>();
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    client.call('GET', '/api/v1/calendar/feed').then(
      (feed) => setMade(feed.created_at),
      () => setMade(null),
    );
  }, []);
  const take = async (file: File) => {
    try {
      const result = await importCalendar(file);
      const problems = result.problems.length > 0 ? ` ${result.problems[0]!.text}` : '';
      setReport(`${plural(result.added, 'meeting')} added, ${result.changed} changed, ${result.skipped} skipped.${problems}`);
    } catch (error) {
      setReport(faultOf(error).detail);
    }
  };
  return (
    <Dialog title="Calendar" close={close}>
      <div className="again">
        <p className="dim">Take your meetings into your calendar, or the other way round.</p>
        <div className="row">
          <a className="btn sm" href="/api/v1/calendar/export" download="belay.ics">
            <Icon name="save" small />
            Save as .ics
          </a>
          <Button small icon="upload" onClick={() => picker.current?.click()}>
            Import a calendar
          </Button>
          <input
            ref={picker}
            type="file"
            hidden
            accept=".ics,text/calendar"
            aria-label="Calendar file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file) void take(file);
            }}
          />
        </div>
        {report && <p role="status">{report}</p>}
        <div>
          <b>A secret address for calendar programs</b>
          <p className="dim">Whoever knows it can read your meetings. A new one ends the old one.</p>
        </div>
        {address && (
          <div className="row">
            <code className="mono cut grow">{address}</code>
            <CopyButton text={address} label="Copy the address" />
          </div>
        )}
        <div className="row">
          <Button
            small
            onClick={async () => {
              const feed = await client.call('POST', '/api/v1/calendar/feed').catch(() => undefined);
              if (!feed?.address) return;
              setAddress(location.origin + feed.address);
              setMade(feed.created_at);
            }}
          >
            {made ? 'Make a new address' : 'Make an address'}
          </Button>
          {made && (
            <Button
              kind="bad"
              small
              onClick={async () => {
                await client.call('DELETE', '/api/v1/calendar/feed').catch(() => {});
                setAddress(undefined);
                setMade(null);
              }}
            >
              End the address
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
