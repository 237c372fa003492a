// Every byte about signing in, held against wire/auth*.txt.
import { readFile } from 'node:fs/promises';
import { unknownId } from './lib/assistant.mjs';
import { withKeys } from './lib/config.mjs';
import { sleep } from './lib/deadline.mjs';
import { newKey, token, unsigned } from './lib/jwt.mjs';
import { freePort } from './lib/ports.mjs';
import { as, scripted, steady } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const models = 'GET /api/chat/models';
const bearer = (text) => ({ Authorization: `Bearer ${text}` });
const later = 2 ** 32; // a time that no test lives to see
const key = newKey('HS256');
// Of fixed times, so that the same claims are the same token.
const claims = { iat: 1500000000, exp: later, iss: 'https://issuer.example', aud: 'belay' };
const signed = (more = {}, header = {}) => token(key, { ...claims, ...more }, header);

function keyed({ settings = {}, auth = {}, row = {} } = {}) {
  const options = withKeys([{ env: 'E2E_KEY', alg: 'HS256', ...row }], {
    issuer: claims.iss,
    audience: claims.aud,
    ...auth,
  });
  return { ...options, env: { E2E_KEY: key.secret }, settings: { ...steady, ...settings } };
}

recorded('auth-tokens', 'tokens, good and bad', keyed(), async (wire) => {
  const rsa = newKey('RS256');
  const tokens = [
    ['A good token', signed()],
    ['A tier', signed({ tier: 'pro' })],
    ['A tier by its other name', signed({ tier: 'premium' })],
    ['A tier that does not exist', signed({ tier: 'golden' })],
    ['Roles', signed({ roles: ['admin'] })],
    ['Several audiences', signed({ aud: ['other', 'belay'] })],
    ['Expired', signed({ exp: 1000000000 })],
    ['Not yet good', signed({ nbf: later })],
    ['Without an end', signed({ exp: undefined })],
    ['Without a user', signed({ sub: undefined })],
    ['An empty user', signed({ sub: '' })],
    ['A user that is a number', signed({ sub: 7 })],
    ['Of another issuer', signed({ iss: 'https://other.example' })],
    ['For somebody else', signed({ aud: 'other' })],
    ['Without an issuer', signed({ iss: undefined })],
    ['Without an audience', signed({ aud: undefined })],
    ['Claims that are no object', token(key, '[]')],
    ['A changed signature', signed().replace(/.{8}$/, 'AAAAAAAA')],
    ['Signed with another secret', token({ ...key, secret: 'another secret of more than thirty-two bytes' }, claims)],
    ['Of another algorithm', token(rsa, claims)],
    ['Not signed', unsigned(claims)],
    ['With a critical header', signed({}, { crit: ['x'], x: 1 })],
    ['Two parts', 'eyJ.eyJ'],
    ['Too long', 'a'.repeat(9000)],
    ['Of development mode', 'dev:alice'],
  ];
  for (const [title, text] of tokens) await wire.send(title, models, { headers: bearer(text) });
  await wire.send('None', models, {});
  await wire.send('Another scheme', models, { headers: { Authorization: 'Basic YWxpY2U6' } });
  await wire.send('The scheme in other letters', models, { headers: { Authorization: `bEARER ${signed()}` } });
  await wire.send('In the address', `${models}?token=${signed()}`, {});
  await wire.send('Of development mode in the address', `${models}?token=dev:alice`, {});
  await wire.literal(
    'Two Authorization headers',
    'GET /api/chat/models HTTP/1.1\r\nHost: $HOST\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n',
  );
});

recorded('auth-development', 'tokens in development mode', scripted(), async (wire) => {
  await wire.send('In the header', models, { headers: as('alice') });
  await wire.send('With a tier', models, { headers: as('alice', 'enterprise') });
  await wire.send('With a tier that does not exist', models, { headers: as('alice', 'golden') });
  await wire.send('With too many parts', models, { headers: bearer('dev:alice:pro:operator:more') });
  await wire.send('In the address', `${models}?token=dev:alice`, {});
  await wire.send('Another token in the address', `${models}?token=${signed()}`, {});
  await wire.send('A signed token, without keys', models, { headers: bearer(signed()) });
  await wire.send('A cookie of development mode', 'POST /auth/session', { headers: as('alice') });
});

recorded(
  'auth-issuer-away',
  'an issuer that cannot be reached',
  async () => withKeys([{ jwks_url: `http://127.0.0.1:${await freePort()}/jwks` }]),
  async (wire) => {
    const fromOutside = token(newKey('RS256'), { exp: later }, { kid: 'k' });
    await wire.logged('sign_in_notice');
    const edit = (text) => text.replace(/(?<=Retry-After: )[1-9]\d*/, '<seconds>');
    await wire.send('A token of it', models, { headers: bearer(fromOutside), edit });
    await wire.send('A cookie of it', 'POST /auth/session', { headers: bearer(fromOutside), edit });
    await wire.send('A ticket of it', 'POST /auth/ticket', {
      headers: bearer(fromOutside),
      json: { stream: '/healthz' },
      edit,
    });
    await wire.send('The personas', 'GET /chat/personas', { headers: bearer(fromOutside), edit });
  },
);

recorded('auth-tickets', 'tickets', scripted(), async (wire) => {
  const alice = as('alice');
  const make = async (title, json, headers = alice) =>
    (await wire.send(title, 'POST /auth/ticket', { headers, json })).json.ticket;
  const { json: run } = await wire.send('An answer', 'POST /assistant/request', {
    headers: alice,
    json: { prompt: 'three pieces', mode: 'chat' },
  });
  const stream = `/assistant/stream/${run.request_id}`;
  const ticket = await make('A ticket for it', { stream });
  await make('By its id', { request_id: run.request_id });
  await make('For an answer that does not exist', { stream: `/assistant/stream/${unknownId}` });
  await wire.send('The stream by the ticket', `GET ${stream}?ticket=${ticket}`, {});
  await wire.send('A second time', `GET ${stream}?ticket=${ticket}`, {});
  await wire.send('HEAD by the ticket', `HEAD ${stream}?ticket=${ticket}`, {});
  await wire.send('Resumed by the ticket', `GET ${stream}?ticket=${ticket}&last_event_id=1-5`, {});
  await wire.send('Another stream by the ticket', `GET /assistant/stream/${unknownId}?ticket=${ticket}`, {});
  await wire.send('A cancel by the ticket', `DELETE /assistant/request/${run.request_id}?ticket=${ticket}`, {});
  await wire.send('What is no stream by the ticket', `${models}?ticket=${ticket}`, {});
  await wire.send('A ticket by the ticket', `POST /auth/ticket?ticket=${ticket}`, { json: { stream } });
  await wire.send('A token beside the ticket', `GET ${stream}?ticket=nonsense`, { headers: alice });
  await wire.send('A changed ticket', `GET ${stream}?ticket=${ticket.replace(/.{8}$/, 'AAAAAAAA')}`, {});
  await wire.send('No ticket of this server', `GET ${stream}?ticket=nonsense`, {});
  await wire.send('An empty ticket', `GET ${stream}?ticket=`, {});

  const { json: chat } = await wire.send('An answer in a chat', 'POST /api/chat/start', {
    headers: alice,
    json: { prompt: 'three pieces', modelId: 'default' },
  });
  const chatStream = `/api/chat/stream?sessionId=${chat.sessionId}`;
  const chatTicket = await make('A ticket for the chat', { stream: chatStream });
  await wire.send('The chat by its ticket', `GET ${chatStream}&ticket=${chatTicket}`, {});
  await wire.send('Another chat by its ticket', `GET /api/chat/stream?sessionId=cs_other&ticket=${chatTicket}`, {});
  const { json: session } = await wire.send('A session of the persona surface', 'POST /chat/start', {
    headers: alice,
    json: {},
  });
  await wire.send('Its answer', 'POST /chat/message', {
    headers: alice,
    json: { session_id: session.session_id, message: 'three pieces' },
  });
  const personaStream = `/chat/stream?session_id=${session.session_id}`;
  const personaTicket = await make('A ticket for it', { stream: personaStream });
  await wire.send('It by its ticket', `GET ${personaStream}&ticket=${personaTicket}`, {});

  await make('Without a token', { stream }, {});
  await make('For what is no stream', { stream: '/healthz' });
  await make('For a stream with another query', { stream: `${stream}?a=b` });
  await make('For no stream', {});
  await make('For two', { stream, request_id: run.request_id });
  await make('For a stream that is a number', { stream: 7 });
  await make('For an id of another form', { request_id: 'a/b' });
  await make('For an address that is too long', { stream: `/assistant/stream/${'a'.repeat(600)}` });
  await make('A body that is too large', { stream: 'a'.repeat(3000) });
  await wire.send('No JSON', 'POST /auth/ticket', { headers: alice, body: 'stream' });
  await wire.send('No body', 'POST /auth/ticket', { headers: alice });
});

recorded(
  'auth-tickets-expiry',
  'tickets that have expired',
  scripted({ settings: { 'auth.ticket_first_use': '1s', 'auth.ticket_lifetime': '6s' } }),
  async (wire) => {
    const alice = as('alice');
    const { json: run } = await wire.send('An answer', 'POST /assistant/request', {
      headers: alice,
      json: { prompt: 'three pieces', mode: 'chat' },
    });
    const stream = `/assistant/stream/${run.request_id}`;
    const { json } = await wire.send('A ticket', 'POST /auth/ticket', { headers: alice, json: { stream } });
    await sleep(1100);
    wire.say('the time for its first use ends');
    await wire.send('Used too late', `GET ${stream}?ticket=${json.ticket}`, {});
    await sleep(5000);
    wire.say('its life ends');
    await wire.send('Used after its life', `GET ${stream}?ticket=${json.ticket}`, {});
  },
);

const page = 'https://app.example.com';

recorded('auth-cookies', 'cookies', keyed({ settings: { 'server.cors.allowed_origins': page } }), async (wire) => {
  const open = (title, headers, more = {}) => wire.send(title, 'POST /auth/session', { headers, ...more });
  await open('A cookie', bearer(signed()));
  await open('A cookie of a tier', bearer(signed({ sub: 'paula', tier: 'pro' })));
  await open('For a page of another site that may', { ...bearer(signed()), Origin: page });
  await open('For a page of another site', { ...bearer(signed()), Origin: 'https://evil.example' });
  await open('Behind a proxy that ends TLS', { ...bearer(signed()), 'X-Forwarded-Proto': 'https' });
  await open('Without a token', {});
  await open('Another scheme', { Authorization: 'Basic YWxpY2U6' });
  await open('A bad token', bearer('nonsense'));
  await open('An expired token', bearer(signed({ exp: 1000000000 })));
  await open('A token that is too long for a cookie', bearer(signed({ more: 'a'.repeat(4000) })));
  await open('A body that is ignored', bearer(signed()), { json: { a: 1 } });
  await open('A body that is too large', bearer(signed()), { body: 'x'.repeat(70000) });

  const cookie = { Cookie: `belay_session=${signed()}` };
  await wire.send('Signed in by the cookie', models, { headers: cookie });
  await wire.send('From a page of this server', models, { headers: { ...cookie, Origin: wire.server.origin } });
  await wire.send('From a page that may', models, { headers: { ...cookie, Origin: page } });
  await wire.send('From a page of another site', models, { headers: { ...cookie, Origin: 'https://evil.example' } });
  await wire.send('From another site, as the browser says', models, {
    headers: { ...cookie, 'Sec-Fetch-Site': 'cross-site' },
  });
  await wire.send('A cookie of our own making', models, { headers: { Cookie: 'belay_session=nonsense' } });
  await wire.send('Among other cookies', models, { headers: { Cookie: `a=b; ${cookie.Cookie}; c=d` } });
  const ask = (title, headers) =>
    wire.send(title, 'POST /assistant/request', { headers, json: { prompt: 'echo:1 word', mode: 'chat' } });
  await ask('A change without an origin', cookie);
  await ask('A change from a page of this server', { ...cookie, Origin: wire.server.origin });
  await ask('A change from the same origin, as the browser says', { ...cookie, 'Sec-Fetch-Site': 'same-origin' });
  await ask('A change from a page of another site', { ...cookie, Origin: 'https://evil.example' });
  const close = (title, headers) => wire.send(title, 'DELETE /auth/session', { headers });
  await close('Taken away', { ...cookie, Origin: wire.server.origin });
  await close('Taken away, without one', {});
  await close('Taken away by another site', { ...cookie, Origin: 'https://evil.example' });
  await close('Taken away without an origin', cookie);
  await wire.send('Taken away, with a body that is too large', 'DELETE /auth/session', { body: 'x'.repeat(70000) });
});

// Each route that reads a cookie, to a page of another site.
const { paths } = JSON.parse(await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
const routes = Object.entries(paths)
  .filter(([, operations]) => Object.values(operations).some(({ responses }) => '401' in responses))
  .flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, 'x')}`),
  );

recorded('auth-cookies-elsewhere', 'cookies, for pages of other sites', keyed(), async (wire) => {
  const headers = { Cookie: `belay_session=${signed()}`, Origin: 'https://evil.example' };
  for (const route of routes) await wire.send(route, route, { headers });
});

recorded(
  'auth-cookies-settings',
  'cookies of another name',
  keyed({ auth: { cookie_name: '__Host-session', cookie_same_site: 'Strict', cookie_secure: 'always' } }),
  async (wire) => {
    await wire.send('A cookie', 'POST /auth/session', { headers: bearer(signed()) });
    await wire.send('Signed in by it', models, { headers: { Cookie: `__Host-session=${signed()}` } });
    await wire.send('It is taken away', 'DELETE /auth/session', {});
  },
);
