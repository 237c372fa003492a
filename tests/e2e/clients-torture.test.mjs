// K11, K23, K51, K56, K57, K61, K62, K72, K80, K81 (K11 for Anthropic's surface too): what a cut does to each client that can come back. All
// of them read at the same time from one server that is killed again and again, each through a proxy of its own, which resets the
// connection or ends its body too early at random bytes, 100 times a client. What they have in the end is exact, and every
// question was answered, and paid for, once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { WorkflowChatTransport } from '@ai-sdk/workflow/client';
import { stream as durableStream } from '@durable-streams/client';
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { WebSocketChatTransport } from 'ai';
import { EventSource } from 'eventsource';
import OpenAI from 'openai';
import WebSocket from 'ws';
import { CuttableAgents, optionsOf, said, textOf as textOfAgent } from './lib/ag_ui.mjs';
import { words } from './lib/assistant.mjs';
import { startCutter } from './lib/cutter.mjs';
import { begin, sleep, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { Operator, tokenOf, withOperators } from './lib/operators.mjs';
import { Random, seed } from './lib/random.mjs';
import { startServer } from './lib/server.mjs';
import { page, textOf } from './lib/use_chat.mjs';

const wantedCuts = Number(process.env.BELAY_CUTS ?? 100);
const kills = Number(process.env.BELAY_KILLS ?? 8);
const cutsOfAnAnswer = 6;
const count = 150;
const prompt = `echo:${count} words @300/s`;
const model = 'default';

// The helper of the AI SDK's resumable transport writes to the console whenever it comes back.
console.error = () => {};

const body = JSON.stringify({ model, messages: [{ role: 'user', content: prompt }], stream: true });

// Tries again while the server is down.
async function patiently(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      await sleep(30);
    }
  }
}

// Starts an answer by `path`, past the proxy, with a key: a crash may hide the answer of the POST. Returns its id.
function started({ server, headers }, path, key, json) {
  return patiently(async () => {
    const { status, json: answer, text } = await call(server.port, 'POST', path, { headers: { ...headers, 'idempotency-key': key }, json });
    if (status >= 500) throw new Error(text);
    assert.equal(status, 201, text);
    return answer.request_id;
  });
}

// The id of a streamed answer, read past the proxy and left at its first event.
function idOf({ server, headers }, path, key, json, find) {
  return patiently(async () => {
    const answer = await fetch(`${server.origin}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(json),
    });
    let text = '';
    for await (const bytes of answer.body) {
      text += Buffer.from(bytes).toString();
      const found = find.exec(text);
      if (found) return found[1];
    }
    throw new Error(`${answer.status}: ${text}`);
  });
}

async function eventSource(client, path, type, textIn, isEnd) {
  const ticket = await patiently(async () => {
    const { status, json, text } = await call(client.server.port, 'POST', '/auth/ticket', { headers: client.headers, json: { stream: path } });
    if (status >= 500) throw new Error(text);
    assert.equal(status, 201, text);
    return json.ticket;
  });
  const source = new EventSource(`${client.origin}${path}?stream=true&ticket=${ticket}`);
  try {
    let text = '';
    let ended = false;
    await new Promise((resolve, reject) => {
      source.addEventListener(type, ({ data }) => (isEnd(data) ? (ended = true) : (text += textIn(data))));
      source.addEventListener('message_stop', () => (ended = true));
      source.addEventListener('error', (error) => {
        if (source.readyState === 2) ended ? resolve() : reject(new Error(`it stopped at ${text.length}: ${error.code} ${error.message}`));
      });
    });
    return text;
  } finally {
    source.close();
  }
}

// A page with useChat: it resumes until it has seen a proper end. When there is nothing to resume (the last byte was sent, and a
// proxy lost it; or the question never arrived), it shows what the server has, and asks again only if that is nothing.
async function askAndResume(client, id, chat) {
  const isWhole = () => chat.status === 'ready' && chat.finished.at(-1)?.finishReason === 'stop';
  await chat.sendMessage({ text: prompt });
  while (!isWhole()) {
    await sleep(20);
    await chat.resumeStream();
    if (isWhole() || chat.status !== 'ready') continue;
    const { status, json } = await patiently(() => call(client.server.port, 'GET', `/api/chat/${id}/messages`, { headers: client.headers }));
    if (status === 200 && json.activeStreamId) continue;
    if (status === 200 && json.messages.length === 2) return void (chat.messages = json.messages);
    if (status < 500) await chat.regenerate();
  }
}

const deltaOf = (data) => JSON.parse(data).choices[0].delta.content ?? '';

const clients = {
  async 'openai, by id and count'(client, key) {
    const api = new OpenAI({ baseURL: `${client.origin}/v1`, apiKey: client.token, maxRetries: 0 });
    const chunks = [];
    const isWhole = () => chunks.at(-1)?.choices[0].finish_reason === 'stop';
    while (!isWhole()) {
      try {
        const asked = chunks.length === 0
          ? api.chat.completions.create(JSON.parse(body), { headers: { 'Idempotency-Key': key } })
          : api.get(`/chat/completions/${chunks[0].id}`, { query: { stream: true, starting_after: chunks.length }, stream: true });
        for await (const chunk of await asked) chunks.push(chunk);
      } catch (error) {
        if (error.status >= 400 && error.status < 500) throw error;
        await sleep(20);
      }
    }
    return chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');
  },

  async 'openai Responses, by number'(client, key) {
    const api = new OpenAI({ baseURL: `${client.origin}/v1`, apiKey: client.token, maxRetries: 0 });
    const events = [];
    while (events.at(-1)?.type !== 'response.completed') {
      try {
        const asked = events.length === 0
          ? api.responses.create({ model, input: prompt, stream: true, background: true }, { headers: { 'Idempotency-Key': key } })
          : api.responses.retrieve(events[0].response.id, { stream: true, starting_after: events.at(-1).sequence_number });
        for await (const event of await asked) events.push(event);
      } catch (error) {
        if (error.status >= 400 && error.status < 500) throw error;
        await sleep(20);
      }
    }
    assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, number) => number));
    const text = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
    assert.equal(events.at(-1).response.output[0].content[0].text, text);
    return text;
  },

  async 'HttpAgent of AG-UI'(client, key) {
    const options = optionsOf(client.server, { threadId: key, user: client.user, origin: client.origin, messages: [said(prompt)] });
    for (;;) {
      const outcome = await client.agents.run(options, 'r');
      if (outcome.types.includes('RUN_FINISHED')) return textOfAgent(outcome.messages[1]);
      await sleep(20);
    }
  },

  async 'EventSource on Chat Completions'(client, key) {
    const id = await idOf(client, '/v1/chat/completions', key, JSON.parse(body), /"id":"(chatcmpl-[^"]+)"/);
    return eventSource(client, `/v1/chat/completions/${id}`, 'message', deltaOf, (data) => data === '[DONE]');
  },

  async 'EventSource on Messages'(client, key) {
    const json = { model, max_tokens: 10000, messages: [{ role: 'user', content: prompt }], stream: true };
    const id = await idOf(client, '/v1/messages', key, json, /"id":"(msg_[^"]+)"/);
    return eventSource(client, `/v1/messages/${id}`, 'content_block_delta', (data) => JSON.parse(data).delta.text, () => false);
  },

  async 'fetch-event-source'(client, key) {
    globalThis.window ??= globalThis;
    globalThis.document ??= { addEventListener() {}, removeEventListener() {} };
    let text = '';
    let isWhole = false;
    await fetchEventSource(`${client.origin}/v1/chat/completions`, {
      method: 'POST',
      openWhenHidden: true,
      headers: { ...client.headers, 'content-type': 'application/json', 'idempotency-key': key },
      body,
      async onopen(answer) {
        if (answer.status >= 400 && answer.status < 500) throw Object.assign(new Error(await answer.text()), { isFatal: true });
        if (answer.status === 204) isWhole = true;
      },
      onmessage: ({ data }) => (data === '[DONE]' ? (isWhole = true) : (text += deltaOf(data))),
      onclose() {
        if (!isWhole) throw new Error('cut');
      },
      onerror(error) {
        if (error.isFatal) throw error;
        return 20;
      },
    });
    return text;
  },

  ...Object.fromEntries(
    [7, 6].map((version) => [
      `useChat ${version}`,
      async (client, key) => {
        const chat = page(client.server, { id: key, user: client.user, origin: client.origin, version });
        await askAndResume(client, key, chat);
        assert.equal(chat.messages.length, 2);
        assert.equal(chat.messages[1].parts.filter(({ type }) => type === 'text').length, 1);
        return textOf(chat.messages[1]);
      },
    ]),
  ),

  async WorkflowChatTransport(client, key) {
    const wait = (url, init) =>
      patiently(async () => {
        const answer = await fetch(url, { ...init, headers: { ...init?.headers, ...client.headers, 'idempotency-key': key } });
        if (answer.status >= 500) throw new Error(`${answer.status}`);
        return answer;
      });
    const transport = new WorkflowChatTransport({ api: `${client.origin}/api/chat`, fetch: wait, maxConsecutiveErrors: 1000 });
    const chat = page(client.server, { id: key, transport });
    await chat.sendMessage({ text: prompt });
    assert.equal(chat.status, 'ready', chat.error?.message);
    return textOf(chat.messages[1]);
  },

  async WebSocketChatTransport(client, key) {
    const transport = new WebSocketChatTransport({ url: `${client.origin}/api/chat/socket`, params: { token: client.token }, webSocket: WebSocket });
    try {
      const chat = page(client.server, { id: key, transport });
      await askAndResume(client, key, chat);
      return textOf(chat.messages[1]);
    } finally {
      transport.close();
    }
  },

  ...Object.fromEntries(
    ['long-poll', 'sse'].map((live) => [
      `durable-streams, ${live}`,
      async (client, key) => {
        const run = await started(client, '/assistant/request', key, { mode: 'chat', prompt });
        const events = [];
        while (events.at(-1)?.type !== 'completed') {
          await sleep(20);
          try {
            const offset = events.at(-1)?.offset ?? '-1';
            const read = await durableStream({ url: `${client.origin}/v1/stream/${run}`, headers: client.headers, live, offset });
            read.subscribeJson(({ items }) => void events.push(...items));
            await read.closed;
          } catch (error) {
            if (error.status >= 400 && error.status < 500) throw error;
          }
        }
        return events.filter(({ type }) => type === 'text').map(({ text }) => text).join('');
      },
    ]),
  ),
};

// A chunked body can be ended too early. Parts of useChat are short, and long polls answer in pieces.
const isCutCleanly = (name) => !/WebSocket|long-poll/.test(name);
const bytesOf = (name) => (/Chat|long-poll|AG-UI/.test(name) && !/Completions/.test(name) ? 5000 : 15000);

// This client takes an id when its line ends, and the message when the empty line comes. A cut between the two loses the message:
// no server can help that (docs/CLIENTS.md).
function takesIdsAtTheirLine(name) {
  return name === 'fetch-event-source';
}

test('K11, K23, K51, K56, K57, K61, K62, K72, K80, K81: 100 cuts for each client that can come back, and kill -9', { timeout: 900000 }, async (t) => {
  const operators = withOperators();
  const server = await startServer(t, {
    ...operators,
    config: operators.config.replace('alias = "default"', 'alias = "default"\ncan_continue = true\nwindow = 100000\nmax_output = 10000'),
    restarts: true,
    settings: { 'assistant.rate_chat': '10000', 'chat.rate': '10000', 'chat.max_active_per_user': '100', 'ag_ui.rate': '10000', 'openai.rate': '10000', 'openai.retry_base': '100ms', 'anthropic.retry_base': '100ms' },
  });
  const agents = new CuttableAgents(t);
  const random = new Random();
  const asked = new Map();
  let reading = 0;

  async function torture(name, number) {
    const own = random.fork(number);
    let cutsNow = 0;
    let cutsDone = 0;
    const cutter = await startCutter(t, server.port, () => {
      if (cutsNow >= cutsOfAnAnswer) return null;
      cutsNow++;
      const after = own.between(0, own.fraction() < 0.2 ? 600 : bytesOf(name));
      return { after, clean: isCutCleanly(name) && own.fraction() < 0.5, sparesIds: takesIdsAtTheirLine(name) };
    });
    const user = `user-${number}`;
    const token = tokenOf(user);
    const client = { server, agents, user, token, origin: cutter.origin, headers: { authorization: `Bearer ${token}` } };
    for (let round = 0; cutsDone < wantedCuts; round++) {
      cutsNow = 0;
      const before = cutter.made;
      asked.set(user, round + 1);
      const text = await within(60000, `${name}: answer ${round} is whole`, clients[name](client, `${user}-${round}`));
      assert.equal(text, words(count), `${name}, answer ${round}`);
      cutsDone += cutter.made - before;
      for (const socket of cutter.sockets) socket.destroy(); // one that is kept alive has no cut of its own
      assert.ok(round < 10 * wantedCuts, `${name} is cut: ${cutsDone} times`);
    }
    t.diagnostic(`${name}: ${asked.get(user)} answers, ${cutsDone} cuts`);
  }

  async function kill() {
    for (let i = 0; i < kills && reading > 0; ++i) {
      await sleep(random.between(800, 1800));
      await server.restart();
    }
  }

  const names = Object.keys(clients).filter((name) => name.includes(process.env.BELAY_CLIENT ?? ''));
  const reads = names.map((name, number) => {
    reading++;
    return begin(torture(name, number).finally(() => reading--));
  });
  const killing = begin(kill());
  const ends = await Promise.allSettled(reads);
  await killing;
  t.diagnostic(`BELAY_SEED=${seed}; ${server.starts - 1} times kill -9`);
  for (const { reason } of ends) if (reason) throw reason;
  assert.ok(server.starts > 1);

  const { usage } = await new Operator(server.port, 'olga').get('/usage?by=user');
  const answers = new Map(usage.map((each) => [each.user, each.answers]));
  for (const [user, questions] of asked) assert.equal(answers.get(user), questions, `${names[user.slice(5)]}: one answer for each question`);
});
