// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { StrictMode, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { createClient, ProblemError } from '../src/index.js';
import { ChatWindow, describeError, describeSending, inWords, useBelay, type Belay } from '../src/react/index.js';
import { marked, markers } from '../src/react/markers.js';
import { sentences } from '../src/react/useAnnouncements.js';
import { sleep, startServer, until, words, type Server } from './support/server.js';

afterEach(cleanup);

function Chat({ server, chatId, report }: { server?: Server; chatId?: string; report?: (chat: Belay) => void }): ReactElement {
  const chat = useBelay({ client: clientOf(server), chatId, modelId: 'grok-2' });
  report?.(chat);
  return <ChatWindow chat={chat} empty={<p>Ask anything.</p>} />;
}

const clients = new Map<Server | undefined, ReturnType<typeof createClient>>();
function clientOf(server: Server | undefined) {
  const origin = server?.origin ?? 'http://127.0.0.1:9';
  const client = clients.get(server) ?? createClient({ baseUrl: origin, token: 'dev:ann:pro' });
  clients.set(server, client);
  return client;
}

/** Waits for what is drawn. React 18 draws at the end of `act`, so there is one for each look. */
const shown = (what: string, condition: () => boolean) =>
  until(what, async () => {
    await act(() => sleep(10));
    return condition();
  });

const type = (text: string) => {
  const box = screen.getByRole('textbox', { name: 'Message' });
  fireEvent.change(box, { target: { value: text } });
  fireEvent.keyDown(box, { key: 'Enter' });
};

describe('useBelay', () => {
  it('A12: renders on a server, without requests', () => {
    const request = vi.spyOn(globalThis, 'fetch');
    const html = renderToString(<Chat chatId="c" />);
    expect(html).toContain('Conversation');
    expect(renderToString(<Chat />)).toContain('Ask anything.');
    expect(request).not.toHaveBeenCalled();
    request.mockRestore();
  });

  it('A12: under StrictMode: one question, one answer', async () => {
    const server = await startServer();
    let chat!: Belay;
    render(
      <StrictMode>
        <Chat server={server} report={(next) => (chat = next)} />
      </StrictMode>,
    );
    expect(screen.getByText('Ask anything.')).toBeTruthy();
    act(() => type('echo:20 words @100/s'));
    await until('it is submitted', () => chat.status !== 'ready');
    await shown('it is ready', () => chat.status === 'ready' && chat.messages[1]?.outputTokens !== null);
    expect(chat.messages.map(({ text }) => text)).toEqual(['echo:20 words @100/s', words(20)]);
    expect(screen.getAllByRole('article')).toHaveLength(2);
    expect(screen.getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')).toBe('false');
    expect(chat.sendMessage).toBeTypeOf('function');
  });

  it('A12: another chatId is another chat', async () => {
    const server = await startServer();
    const client = clientOf(server);
    await client.chat({ prompt: 'echo:one', chatId: 'one', modelId: 'grok-2' }).done;
    await client.chat({ prompt: 'echo:two', chatId: 'two', modelId: 'grok-2' }).done;
    let chat!: Belay;
    const report = (next: Belay) => (chat = next);
    const { rerender } = render(<Chat server={server} chatId="one" report={report} />);
    await shown('it is there', () => chat.messages.length === 2);
    expect(chat.messages[1]!.text).toBe('one');
    rerender(<Chat server={server} chatId="two" report={report} />);
    expect(chat.messages).toEqual([]);
    await shown('it is there', () => chat.messages.length === 2);
    expect(chat.messages[1]!.text).toBe('two');
  });

  it('A12: a refused question comes back into the box, and the notice says why', async () => {
    const server = await startServer({ 'chat.rate': '1' });
    let chat!: Belay;
    render(<Chat server={server} report={(next) => (chat = next)} />);
    act(() => type('echo:one'));
    await shown('it is ready', () => chat.messages.length === 2 && chat.status === 'ready');
    act(() => type('echo:two'));
    await shown('it is refused', () => chat.error !== null);
    expect(screen.getByText('Too many questions in a minute')).toBeTruthy();
    await shown('it is back', () => screen.getByRole<HTMLTextAreaElement>('textbox').value === 'echo:two');
    expect(chat.messages).toHaveLength(2);
  });
});

describe('words', () => {
  const codes = document.components.schemas.ErrorCode.enum;

  it.each([...codes, 'connection_lost', 'not_understood', 'a_code_of_tomorrow'])('A12: %s has a notice', (code) => {
    const notice = describeError({ code, message: 'The words of the server.' });
    expect(notice.title).not.toBe('');
    expect(`${notice.title} ${notice.text}`).not.toMatch(/undefined|Oops|!/);
    expect(notice.title).not.toMatch(/\.$(?<!server\.)/);
  });

  it('A12: says how long to wait, and what the server says where that matters', () => {
    const limited = new ProblemError(429, { code: 'rate_limited', detail: 'x' }, 23_000);
    expect(describeError(limited)).toMatchObject({ tone: 'hold', wait: 23_000, text: expect.stringContaining('23 seconds') });
    expect(describeError({ code: 'quota_exceeded', message: 'Upgrade to Premium' }).text).toBe('Upgrade to Premium');
    expect(describeError({ code: 'provider_rejected', message: 'No such model.' }).text).toBe('No such model.');
    const busy = new ProblemError(503, { code: 'draining' }, 5000);
    expect(describeSending(busy, 5000, false).text).toBe('Your question is sent by itself in 5 seconds.');
    expect(describeSending(busy, 5000, true).title).toBe('You are offline');
    expect([900, 1500, 99_000, 120_000, 7_200_000].map(inWords)).toEqual(
      ['1 second', '2 seconds', '99 seconds', '2 minutes', '2 hours'].map((text, n) => (n === 4 ? '2 hours' : text)),
    );
  });
});

describe('markers', () => {
  const show = (text: string) => text.replace(/[\uE0B1-\uE0B4]/g, (marker) => `[${markers.elements[marker]![1].split('-').at(-1)}]`);

  it.each([
    ['one two th', [8], 'caret', 'one two[knot] th[caret]'],
    ['1. On start', [3], null, '1. [knot]On start'],
    ['a\n\n1. On', [5], null, 'a[knot]\n\n1. On'],
    ['a\n\n1. On', [6], null, 'a\n\n1. [knot]On'],
    ['- a\n- b c', [9], null, '- a\n- b[knot] c'],
    ['one', [0], null, '[knot]one'],
    ['```js\nlet a', [10], 'caret', '```js\nlet a'],
    ['```js\nlet a\n```', [], 'caret', '```js\nlet a\n```\n\n[caret]'],
    ['| a | b |', [], 'knot', '| a | b |\n\n[hold]'],
    ['text\n\n- ', [], 'caret', 'text\n\n- [caret]'],
    ['a\uE0B1b', [], null, 'a\uFFFDb'],
  ] as const)('A12: %j with joints at %j', (text, joints, end, expected) => {
    expect(show(marked(text, joints, end))).toBe(expected);
  });
});

describe('announcements', () => {
  it.each([
    ['One. Two', 'One.', 4],
    ['A line\nnext', 'A line', 7],
    ['See `x` in **bold** [here](https://a.b).\n', 'See x in bold here.', 41],
    ['First:\n```js\nlet a;\nlet b;\n```\nThen.\n', 'First: code block, 2 lines. Then.', 37],
    ['Version 3.14 is', '', 0],
    ['```js\nlet a. b\n', '', 0],
    ['今日は。 はい', '今日は。', 4],
  ])('A12: %j', (text, said, end) => {
    expect(sentences(text, 0)).toEqual({ said, end });
  });
});
