// Files of climbs: sent with progress, checked by the server, listed, and deleted with Undo.
import type { Schemas } from '@belay/client';
import { client } from '../lib/client.ts';
import { expire } from '../lib/session.ts';
import { Store } from '../lib/store.ts';
import { dataVersion } from './coach.ts';

export type Stored = Schemas['Uploads']['uploads'][number];

export interface Sending {
  readonly key: string;
  readonly file: File;
  readonly state: 'reading' | 'sending' | 'processed' | 'refused';
  readonly sent: number;
  readonly why?: string;
  /** What was found in the file, for somebody who has to mend it. */
  readonly found?: string;
  readonly result?: { readonly id: string; readonly climbs: number; readonly hardest: string; readonly easiest: string };
}

export interface Uploads {
  readonly stored: readonly Stored[];
  readonly known: boolean;
  readonly sending: readonly Sending[];
  /** Deleted here; Undo is offered. */
  readonly leaving: ReadonlySet<string>;
}

export const uploads = new Store<Uploads>({ stored: [], known: false, sending: [], leaving: new Set() });

const requests = new Map<string, XMLHttpRequest>();
const kMaxFile = 32_000_000; // the server's own limit is lower; this one spares a phone its data

export async function loadUploads(): Promise<void> {
  const found = await client.call('GET', '/api/uploads', { query: { limit: 50 } });
  uploads.update({ stored: found.uploads, known: true });
}

function put(key: string, change: Partial<Sending>): void {
  uploads.update({ sending: uploads.get().sending.map((each) => (each.key === key ? { ...each, ...change } : each)) });
}

/** The columns of a CSV, or the fields of the first object of a JSON file, in one sentence. */
export function columnsOf(name: string, head: string): string | undefined {
  if (/\.csv$/i.test(name)) {
    const line = head.replace(/^\uFEFF/, '').split(/\r?\n/)[0] ?? '';
    const delimiter = [',', ';', '\t'].reduce((best, each) => (line.split(each).length > line.split(best).length ? each : best));
    const columns = line.split(delimiter).map((each) => each.trim().replace(/^"|"$/g, '')).filter(Boolean);
    return columns.length > 0 ? `Columns found: ${columns.slice(0, 12).join(', ')}${columns.length > 12 ? ', …' : ''}` : 'The file is empty.';
  }
  if (/\.json$/i.test(name)) {
    const first = /\{([^{}]*)/.exec(head)?.[1] ?? '';
    const fields = [...first.matchAll(/"([^"]+)"\s*:/g)].map((match) => match[1]);
    return fields.length > 0 ? `Fields found: ${fields.slice(0, 12).join(', ')}` : undefined;
  }
  return undefined;
}

interface Answer {
  id?: string;
  records?: number;
  detail?: string;
  code?: string;
  statistics?: { climbs?: number; grades?: { grade: string }[] };
}

export function upload(file: File): void {
  const key = `${Date.now()}-${file.name}-${Math.random()}`;
  uploads.update({ sending: [{ key, file, state: 'reading', sent: 0 }, ...uploads.get().sending] });
  void send(key, file);
}

async function send(key: string, file: File): Promise<void> {
  const head = await file.slice(0, 4096).text();
  const refuse = (why: string) => put(key, { state: 'refused', why, ...found });
  const columns = columnsOf(file.name, head);
  const found = columns ? { found: columns } : {};
  if (file.size > kMaxFile) return refuse('The file is too large.');
  const request = new XMLHttpRequest();
  requests.set(key, request);
  put(key, { state: 'sending' });
  request.upload.onprogress = (event) => put(key, { sent: event.loaded });
  request.onerror = () => refuse('The connection was lost while the file was sent. Choose it again when it is back.');
  request.onloadend = () => requests.delete(key);
  request.onload = () => {
    let answer: Answer = {};
    try {
      answer = JSON.parse(request.responseText) as Answer;
    } catch {
      // said below
    }
    if (request.status === 401) expire();
    if (request.status !== 201 || !answer.id) return refuse(answer.detail ?? `The server answered with status ${request.status}.`);
    const grades = answer.statistics?.grades ?? [];
    put(key, {
      state: 'processed',
      sent: file.size,
      result: { id: answer.id, climbs: answer.statistics?.climbs ?? answer.records ?? 0, hardest: grades[0]?.grade ?? '', easiest: grades.at(-1)?.grade ?? '' },
    });
    dataVersion.set(dataVersion.get() + 1);
    void loadUploads().catch(() => {});
  };
  request.open('POST', `/api/uploads?filename=${encodeURIComponent(file.name)}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.send(file);
}

export function cancel(key: string): void {
  requests.get(key)?.abort();
  dismissUpload(key);
}

export function dismissUpload(key: string): void {
  uploads.update({ sending: uploads.get().sending.filter((each) => each.key !== key) });
}

const kUndoTime = 5000;
const deadlines = new Map<string, ReturnType<typeof setTimeout>>();

export function removeUpload(id: string): void {
  uploads.update({ leaving: new Set(uploads.get().leaving).add(id) });
  deadlines.set(
    id,
    setTimeout(() => {
      void client
        .call('DELETE', '/api/uploads/{id}', { path: { id } })
        .catch(() => {})
        .then(async () => {
          const { sending } = uploads.get();
          uploads.update({ sending: sending.filter((each) => each.result?.id !== id) });
          keepUpload(id);
          await loadUploads().catch(() => {});
          dataVersion.set(dataVersion.get() + 1);
        });
    }, kUndoTime),
  );
}

export function keepUpload(id: string): void {
  clearTimeout(deadlines.get(id));
  deadlines.delete(id);
  const leaving = new Set(uploads.get().leaving);
  leaving.delete(id);
  uploads.update({ leaving });
}
