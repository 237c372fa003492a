// K11, K50, K53, K60, K80: one answer read at the same time by clients of four kinds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { stream as durableStream } from '@durable-streams/client';
import { EventSource } from 'eventsource';
import OpenAI from 'openai';
import { words } from './lib/assistant.mjs';
import { withScriptedModel } from './lib/config.mjs';
import { begin, until } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';
import { api } from './lib/use_chat.mjs';
import { shows, useChatPages } from './lib/use_chat_page.mjs';

const scripted = withScriptedModel({ can_continue: true });
const deltaOf = (chunk) => chunk.choices[0].delta.content ?? '';

// Reads a run with the three clients that are no pages. Each has `text`, and `end` when it has ended.
async function readers(t, server, run) {
  const headers = { authorization: `Bearer ${server.tokenFor('alice')}` };
  const id = `chatcmpl-${run}`;
  const sdk = { text: '' };
  const source = { text: '' };
  const durable = { text: '' };

  const client = new OpenAI({ baseURL: `${server.origin}/v1`, apiKey: server.tokenFor('alice'), maxRetries: 0 });
  const chunks = await client.get(`/chat/completions/${id}`, { query: { stream: true }, stream: true });
  begin(
    (async () => {
      for await (const chunk of chunks) {
        sdk.text += deltaOf(chunk);
        sdk.finish = chunk.choices[0].finish_reason;
      }
      sdk.end = 'stop';
    })().catch((error) => (sdk.end = error.code)),
  );

  const path = `/v1/chat/completions/${id}`;
  const { json } = await call(server.port, 'POST', '/auth/ticket', { headers, json: { stream: path } });
  const events = new EventSource(`${server.origin}${path}?stream=true&ticket=${json.ticket}`);
  t.after(() => events.close());
  events.onmessage = ({ data }) => {
    if (data === '[DONE]') return void (source.end = 'stop');
    const chunk = JSON.parse(data);
    if (chunk.error) source.end = chunk.error.code;
    else source.text += deltaOf(chunk);
  };

  const read = await durableStream({ url: `${server.origin}/v1/stream/${run}`, headers, live: 'sse' });
  read.subscribeJson(({ items }) => {
    for (const event of items) {
      if (event.type === 'text') durable.text += event.text;
      if (event.type === 'completed') durable.end = 'stop';
      if (event.type === 'failed') durable.end = event.code;
    }
  });
  return [sdk, source, durable];
}

test('K11, K50, K53, K60, K80: an OpenAI client, a page with useChat, an EventSource and durable-streams', { timeout: 120000 }, async (t) => {
  const server = await startServer(t, scripted);
  const open = await useChatPages(t, server, 'together');
  const tab = await open();
  await shows(tab, (seen) => seen.status === 'ready');
  const ask = async (prompt) => {
    await tab.evaluate((text) => void window.chat.sendMessage({ text }), prompt);
    return until(10000, 'the answer has begun', async () => (await api(server)('GET', '/api/chat/together/messages')).json.activeStreamId);
  };

  await t.test('all of them have the same text', async () => {
    const run = await ask('echo:500 words @100/s');
    const [sdk, source, durable] = await readers(t, server, run);
    await until(20000, 'all three have some', () => [sdk, source, durable].every(({ text }) => text.includes('0020')));
    await until(20000, () => `they end: ${JSON.stringify([sdk.end, source.end, durable.end])}`, () => [sdk, source, durable].every(({ end }) => end === 'stop'));
    for (const { text } of [sdk, source, durable]) assert.equal(text, words(500));
    assert.equal(sdk.finish, 'stop');
    await shows(tab, (seen) => seen.status === 'ready' && seen.texts[1] === `assistant: ${words(500)}`);
  });

  await t.test('a stop in one ends all', async () => {
    const run = await ask('echo:2000 words @50/s');
    const all = await readers(t, server, run);
    await until(20000, 'all three have some', () => all.every(({ text }) => text.includes('0010')));
    // The stop of the OpenAI surface ends the page's stream as well.
    const stopped = await call(server.port, 'POST', `/v1/chat/completions/chatcmpl-${run}/cancel`, { headers: { authorization: 'Bearer dev:alice' } });
    assert.ok(stopped.status < 300, stopped.text);
    await until(20000, () => `all end: ${JSON.stringify(all.map(({ end }) => end))}`, () => all.every(({ end }) => end));
    assert.deepEqual(all.map(({ end }) => end), ['cancelled', 'cancelled', 'cancelled']);
    const [half] = new Set(all.map(({ text }) => text));
    for (const { text } of all) assert.equal(text, half);
    await shows(tab, (seen) => seen.status === 'ready' && seen.texts[3] === `assistant: ${half}`);
  });
});
