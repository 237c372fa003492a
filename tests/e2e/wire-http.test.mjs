// Every byte of HTTP itself, held against wire/http*.txt: methods, paths, bad messages, pages of other origins, full servers.
import { readFile } from 'node:fs/promises';
import { as, scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const alice = as('alice');
const openapi = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const operations = Object.entries(JSON.parse(openapi).paths).map(([path, of]) => [
  path.replaceAll(/\{[^}]+\}/g, 'x'),
  of,
]);
const paths = operations.map(([path]) => path);
// [METHOD PATH, whether it reads a body]
const routes = operations.flatMap(([path, of]) =>
  Object.entries(of).map(([method, { requestBody }]) => [`${method.toUpperCase()} ${path}`, requestBody !== undefined]),
);

// Of a document that changes.
const length = (text) => text.replace(/(?<=Content-Length: )\d+/, '<length>');

recorded('http-methods', 'methods and paths', scripted(), async (wire) => {
  for (const path of paths) {
    await wire.send(`${path}: a method that it does not know`, `PATCH ${path}`, { headers: alice });
    await wire.send(`${path}: its methods`, `OPTIONS ${path}`, {});
  }
  for (const path of [
    '/',
    '/nothing',
    '/assistant',
    '/assistant/request/',
    '/assistant/stream/',
    '/ASSISTANT/request',
    '/chat//start',
    '/chat/%73tart',
    '/chat/start/more',
  ])
    await wire.send(`${path} is no path`, `GET ${path}`, { headers: alice });
  await wire.send('HEAD of nothing', 'HEAD /nothing', {});
  await wire.send('OPTIONS of nothing', 'OPTIONS /nothing', {});
  await wire.send('POST to nothing', 'POST /nothing', { json: {} });
  await wire.send('A method that nobody knows', 'BREW /coach', {});
  await wire.send('TRACE', 'TRACE /healthz', {});
  await wire.send('HEAD of what is posted to', 'HEAD /assistant/request', { headers: alice });
  await wire.send('GET of what is posted to', 'GET /assistant/request', { headers: alice });
  await wire.send('A change of what is read', 'POST /api/chats', { headers: alice, json: {} });
});

const small = Object.fromEntries(['assistant', 'chat', 'persona'].map((surface) => [`${surface}.max_body`, '1KiB']));

recorded(
  'http-requests',
  'what every route refuses',
  scripted({
    settings: { ...small, 'assistant.max_prompt': '64B', 'chat.max_prompt': '64B', 'persona.max_message': '64B' },
  }),
  async (wire) => {
    const parameters = Array.from({ length: 101 }, () => 'a').join('&');
    const edit = (text) => text.replace(parameters, '<101-parameters>');
    for (const [route, takesBody] of routes) {
      await wire.send(`${route}: a body that is too large`, route, { headers: alice, body: 'x'.repeat(70_000) });
      await wire.send(`${route}: too many parameters`, `${route}?${parameters}`, { headers: alice, edit });
      if (takesBody)
        await wire.send(`${route}: a coded body`, route, {
          headers: { ...alice, 'Content-Encoding': 'gzip' },
          json: {},
        });
      else
        await wire.send(`${route}: a coded body that nobody reads`, route, {
          headers: { 'Content-Encoding': 'gzip' },
          json: {},
          replaced: route.endsWith('metrics')
            ? () => '(metrics)'
            : route.endsWith('docs') || route.endsWith('.json')
              ? () => '(the document)'
              : undefined,
          edit: length,
        });
    }
  },
);

const page = 'https://app.example.com';
const open = { 'server.cors.allowed_origins': page };

recorded('http-cors', 'pages of other origins', scripted({ settings: open }), async (wire) => {
  const preflight = (title, path, headers = {}) =>
    wire.send(title, `OPTIONS ${path}`, {
      headers: {
        Origin: page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization, content-type',
        ...headers,
      },
    });
  for (const path of paths) await preflight(`Before a request to ${path}`, path);
  await preflight('For another method', '/assistant/request', { 'Access-Control-Request-Method': 'PATCH' });
  await preflight('For a page that may not', '/assistant/request', { Origin: 'https://evil.example' });
  await preflight('Without an origin', '/assistant/request', { Origin: undefined });
  await preflight('Without a method', '/assistant/request', { 'Access-Control-Request-Method': undefined });
  await preflight('To nothing', '/nothing');
  const from = (origin) => ({ ...alice, Origin: origin });
  const ask = (title, headers) =>
    wire.send(title, 'POST /assistant/request', { headers, json: { prompt: 'three pieces', mode: 'chat' } });
  const { json: run } = await ask('Asked by the page', from(page));
  await ask('Asked by a page that may not', from('https://evil.example'));
  await ask('Asked by no page', alice);
  const stream = `GET /assistant/stream/${run.request_id}`;
  await wire.send('The stream for the page', stream, { headers: from(page) });
  await wire.send('The stream for a page that may not', stream, { headers: from('https://evil.example') });
  await wire.send('Its end for the page', stream, { headers: { ...from(page), 'Last-Event-ID': '1-8' } });
  await wire.send('A refusal for the page', stream, { headers: { Origin: page } });
  await wire.send('Nothing for the page', 'GET /nothing', { headers: { Origin: page } });
  await wire.send('A path that is too long for the page', `GET /${'a'.repeat(9000)}`, { headers: { Origin: page } });
});

recorded(
  'http-cors-settings',
  'pages of other origins, without cookies',
  scripted({
    settings: {
      ...open,
      'server.cors.allow_credentials': false,
      'server.cors.max_age': '1h',
      'server.cors.extra_request_headers': 'X-Own',
    },
  }),
  async (wire) => {
    const headers = { Origin: page, 'Access-Control-Request-Method': 'POST' };
    await wire.send('Before a request', 'OPTIONS /assistant/request', { headers });
    await wire.send('The request', 'GET /healthz', { headers: { Origin: page } });
  },
);

recorded('http-messages', 'HTTP itself', scripted(), async (wire) => {
  const get = 'GET /healthz HTTP/1.1\r\nHost: $HOST\r\n';
  const post =
    'POST /assistant/request HTTP/1.1\r\nHost: $HOST\r\nAuthorization: Bearer dev:alice\r\nContent-Type: application/json\r\n';
  const body = '{"prompt":"three pieces","mode":"chat"}';
  const sized = `Content-Length: ${body.length}\r\n`;
  const chunked = 'Transfer-Encoding: chunked\r\n';
  const inChunks = `5;a=b\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16).toUpperCase()}\r\n${body.slice(5)}\r\n0\r\nX-Trailer: a\r\n\r\n`;
  const say = (title, text, options) => wire.literal(title, text, options);

  await say('A request id of the client', `${get}X-Request-Id: my.id_1\r\n\r\n`);
  await say('A request id that is none', `${get}X-Request-Id: my id\r\n\r\n`);
  await say('The connection is to be closed', `${get}Connection: close\r\n\r\n`);
  await say('Three requests at once', `${get}\r\n${get}\r\nGET /nothing HTTP/1.1\r\nHost: $HOST\r\n\r\n`, {
    wanted: 3,
  });
  await say('HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n');
  await say('HTTP/1.0 that is kept open', 'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\nHost: $HOST\r\n\r\n');
  await say('An address with its host', 'GET http://127.0.0.1/healthz HTTP/1.1\r\nHost: $HOST\r\n\r\n');
  await say('A query that nobody reads', 'GET /healthz?a=b&c HTTP/1.1\r\nHost: $HOST\r\n\r\n');
  await say('OPTIONS of the whole server', 'OPTIONS * HTTP/1.1\r\nHost: $HOST\r\n\r\n');
  await say('A body in chunks', `${post}${chunked}\r\n${inChunks}`);
  await say('Expect: 100-continue', `${post}${sized}Expect: 100-continue\r\n\r\n`, { then: body });
  await say(
    'Expect: 100-continue for a body that is too large',
    `${post.replace('dev:alice', 'x').replace('application/json', 'text/plain')}Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n`,
  );
  await say(
    'Expect: 100-continue for a body that is too large, signed in',
    `${post.replace('application/json', 'text/plain')}Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n`,
  );
  await say('Another expectation', `${post}${sized}Expect: something\r\n\r\n${body}`);
  await say('A line end before the request', `\r\n${get}\r\n`);
  await say('Names of headers in other letters', 'GET /healthz HTTP/1.1\r\nhOST: $HOST\r\n\r\n');

  const { json: run } = await wire.send('An answer', 'POST /assistant/request', {
    headers: alice,
    json: JSON.parse(body),
  });
  const stream = `/assistant/stream/${run.request_id}`;
  await say(
    'Its stream by HTTP/1.0',
    `GET ${stream} HTTP/1.0\r\nHost: $HOST\r\nConnection: keep-alive\r\nAuthorization: Bearer dev:alice\r\n\r\n`,
  );
  await say(
    'Its stream, and a request behind it',
    `GET ${stream} HTTP/1.1\r\nHost: $HOST\r\nAuthorization: Bearer dev:alice\r\n\r\n${get}\r\n`,
    { wanted: 2 },
  );

  const bad = [
    ['Two Content-Lengths', `${post}${sized}Content-Length: 0\r\n\r\n${body}`],
    ['Two Content-Lengths in one header', `${post}Content-Length: ${body.length}, 0\r\n\r\n${body}`],
    ['Content-Length and chunks', `${post}Content-Length: 4\r\n${chunked}\r\n${inChunks}`],
    ['An unknown coding of the transfer', `${post}Transfer-Encoding: xchunked\r\n\r\n${inChunks}`],
    ['Two codings of the transfer', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n${inChunks}`],
    ['A negative Content-Length', `${post}Content-Length: -1\r\n\r\n${body}`],
    ['A Content-Length beyond all numbers', `${post}Content-Length: 18446744073709551617\r\n\r\n${body}`],
    ['A chunk size that is no number', `${post}${chunked}\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['A chunk size beyond all numbers', `${post}${chunked}\r\n10000000000000021\r\n${body}\r\n0\r\n\r\n`],
    ['A chunk that does not end where it should', `${post}${chunked}\r\n3\r\n${body}\r\n0\r\n\r\n`],
    ['A chunk with a long extension', `${post}${chunked}\r\n5;a=${'b'.repeat(2000)}\r\n${body}\r\n0\r\n\r\n`],
    [
      'Trailers that are too long',
      `${post}${chunked}\r\n${inChunks.replace('X-Trailer: a', `X-Trailer: ${'a'.repeat(2000)}`)}`,
    ],
    ['Chunks of HTTP/1.0', `${post.replace('HTTP/1.1', 'HTTP/1.0')}${chunked}\r\n${inChunks}`],
    ['A space before a colon', `${post}Content-Length : ${body.length}\r\n\r\n${body}`],
    ['A folded header', `${get}X-A: b\r\n c\r\n\r\n`],
    ['A header without a colon', `${get}X-A\r\n\r\n`],
    ['A CR inside a header', `${get}X-A: a\rb\r\n\r\n`],
    ['A NUL inside a header', `${get}X-A: a\0b\r\n\r\n`],
    ['Lines without a CR', 'GET /healthz HTTP/1.1\nHost: $HOST\n\n'],
    ['Two Content-Types', `${get}Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n`],
    ['Two Idempotency-Keys', `${get}Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n`],
    ['Two Last-Event-IDs', `${get}Last-Event-ID: 1-1\r\nLast-Event-ID: 1-2\r\n\r\n`],
    ['No Host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['Two Hosts', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['An empty Host', 'GET /healthz HTTP/1.1\r\nHost: \r\n\r\n'],
    ['A Host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['A Host that is not this machine', 'GET /healthz HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n'],
    ['A version that nobody knows', 'GET /healthz HTTP/9.9\r\nHost: $HOST\r\n\r\n'],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['No version', 'GET /healthz\r\n\r\n'],
    ['No request', '\0\x01\x02\x03\r\n\r\n'],
    ['A greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['A path without a slash', 'GET healthz HTTP/1.1\r\nHost: $HOST\r\n\r\n'],
    ['A space in the path', 'GET /health z HTTP/1.1\r\nHost: $HOST\r\n\r\n'],
    ['A broken percent sign in the path', 'GET /%zz HTTP/1.1\r\nHost: $HOST\r\n\r\n'],
    ['A NUL in the path', 'GET /%00 HTTP/1.1\r\nHost: $HOST\r\n\r\n'],
    ['A broken percent sign in the query', 'GET /healthz?a=%z HTTP/1.1\r\nHost: $HOST\r\n\r\n'],
    [
      'Too many parameters',
      `GET /healthz?${Array.from({ length: 101 }, () => 'a').join('&')} HTTP/1.1\r\nHost: $HOST\r\n\r\n`,
    ],
    ['A path that is too long', `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: $HOST\r\n\r\n`],
    ['Headers that are too long', `${get}X-Big: ${'a'.repeat(20000)}\r\n\r\n`],
    [
      'Too many headers',
      `${get}${'X-A: b\r\n'.repeat(101)}\r\n`,
      (text) => text.replace(/(X-A: b\n)+/, '(101 times X-A: b)\n'),
    ],
  ];
  for (const [title, text, edit] of bad) await say(title, text, { edit });
});

recorded(
  'http-deadlines',
  'requests that do not come to their end',
  // The headers of the second request come in time.
  scripted({ settings: { 'server.header_deadline': '4s', 'server.body_deadline': '1s' } }),
  async (wire) => {
    await wire.literal('Headers that do not end', 'GET /healthz HTTP/1.1\r\nHost: $HOST\r\n');
    await wire.literal(
      'A body that does not end',
      'POST /coach HTTP/1.1\r\nHost: $HOST\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    );
  },
);

recorded(
  'http-hosts',
  'the names of a server',
  scripted({
    dev: false,
    settings: { 'server.allowed_hosts': 'chat.example.com' },
    more: '[[auth.keys]]\nenv = "E2E_KEY"\n',
    env: { E2E_KEY: 'x'.repeat(32) },
  }),
  async (wire) => {
    await wire.send('A name that is its own', 'GET /healthz', { headers: { Host: 'Chat.example.com:8080' } });
    await wire.send('Another name', 'GET /healthz', { headers: { Host: 'other.example.com' } });
    await wire.send('Its address', 'GET /healthz', {});
  },
);

recorded(
  'http-full',
  'too many connections',
  scripted({ settings: { 'server.max_connections': 1 } }),
  async (wire) => {
    await wire.hold('GET /healthz', {});
    await wire.send('One more asks for its health', 'GET /healthz', {});
    await wire.send('One more', 'GET /readyz', {});
  },
);
