import { useState } from 'react';
import { client } from '../lib/client.ts';
import { faultOf } from '../lib/problems.ts';
import { plural } from '../lib/words.ts';
import { Button, Dialog, Field } from '../parts/controls.tsx';

export function NoticeDialog({ close, done }: { close: () => void; done: (words: string) => void }) {
  const [message, setMessage] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  return (
    <Dialog title="Send a notice" close={close}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          try {
            const sent = await client.call('POST', '/api/admin/notices', { body: { message } });
            done(`The notice reached ${plural(sent.connections ?? 0, 'open connection')}.`);
            close();
          } catch (error) {
            setProblem(faultOf(error).detail);
          }
        }}
      >
        <Field label="Message" hint="Shown at once to everybody who is connected to the goal coach." error={problem}>
          {(props) => <textarea {...props} rows={2} required maxLength={1000} dir="auto" value={message} onChange={(event) => setMessage(event.target.value)} />}
        </Field>
        <div className="actions">
          <Button kind="quiet" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit">
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
