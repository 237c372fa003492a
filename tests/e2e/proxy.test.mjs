// X13, X22: the proxies of docs/OPERATIONS.md: the real programs, with the configurations from that document.
import assert from 'node:assert/strict';
import https from 'node:https';
import test from 'node:test';
import { Assistant, words } from './lib/assistant.mjs';
import { withScripted } from './lib/config.mjs';
import { until, within } from './lib/deadline.mjs';
import { call } from './lib/http.mjs';
import { example, startCaddy, startNginx } from './lib/proxy.mjs';
import { startServer } from './lib/server.mjs';

const [trusted] = /^trusted_proxies = .*$/m.exec(example('toml', 'trusted_proxies'));

// A server configured as in the document, one client that connects through the proxy, and one that connects directly.
async function behind(t, start, options) {
  const more = `[server]\n${trusted}\n`;
  const server = await startServer(t, withScripted({}, more));
  const proxy = await start(t, server, options);
  const clients = {
    through: new Assistant({ port: proxy.port, tokenFor: (user) => server.tokenFor(user) }),
    direct: new Assistant(server),
  };
  return { server, proxy, ...clients };
}

for (const [name, start] of Object.entries({ nginx: startNginx, Caddy: startCaddy })) {
  test(`X13: through ${name}, an answer is streamed piece by piece, cut and resumed`, { timeout: 120000 }, async (t) => {
    const { server, through, direct } = await behind(t, start);

    await t.test('a piece is passed on when it comes, not with the end', async () => {
      // The answer takes minutes. So a piece that arrives now was forwarded before the end.
      const id = await through.ask('echo:2000 words @5/s');
      const first = through.stream(id);
      const head = await within(15000, 'the head comes', first.head);
      assert.equal(head.status, 200);
      const has = (event) => event.event === 'response_chunk';
      const before = await first.collect({ last: has });
      first.rst();
      const after = before.findLast((event) => event.id !== undefined).id;
      const second = through.stream(id, { after });
      const next = (await second.collect({ last: has })).at(-1);
      assert.equal(Number(next.id.split('-')[1]), Number(after.split('-')[1]) + 1, 'it goes on exactly after');
      assert.equal((await through.cancel(id)).status, 204);
      const rest = await second.collect();
      assert.equal(rest.at(-1).event, 'error', 'and the end comes through');
      assert.equal(JSON.parse(rest.at(-1).data).code, 'cancelled');
    });

    await t.test('an answer that is cut again and again is whole', async () => {
      const id = await through.ask('echo:300 words @600/s');
      const cut = (after, how) => ({ after, where: 'event', how });
      const cuts = (n) => [cut(300, 'fin'), cut(500, 'rst'), cut(900, 'fin')][n] ?? null;
      const { text, connections } = await through.followToEnd(id, { cuts });
      assert.equal(text, words(300));
      assert.ok(connections >= 2, `${connections} connections`);
    });

    await t.test('a client that goes is noticed behind the proxy', async () => {
      const id = await through.ask('echo:2000 words @5/s');
      const stream = through.stream(id);
      await stream.collect({ last: (event) => event.event === 'response_chunk' });
      stream.rst();
      const streams = async () => {
        const { text } = await direct.call('GET', '/metrics');
        return Number(/^belay_streams (\d+)$/m.exec(text)[1]);
      };
      await until(20000, 'the stream is closed', async () => (await streams()) === 0);
      await through.cancel(id);
    });

    await t.test('metrics are refused, by whatever path, and health is not', async () => {
      for (const where of ['/metrics', '/api/metrics', '/metrics?x=1'])
        assert.equal((await call(through.server.port, 'GET', where)).status, 404, where);
      assert.equal((await call(through.server.port, 'GET', '/readyz')).status, 200);
      assert.equal((await call(server.port, 'GET', '/metrics')).status, 200, 'and this machine has them');
    });
  });

  test(`X22: where ${name} does not refuse metrics, the server does`, { timeout: 60000 }, async (t) => {
    const { through } = await behind(t, start, { metrics: false });
    for (const where of ['/metrics', '/api/metrics']) {
      const { status, json } = await call(through.server.port, 'GET', where);
      assert.equal(status, 403, where);
      assert.equal(json.code, 'forbidden');
      assert.match(json.detail, /operations/);
    }
  });
}

test('X13: what nginx says of the client is believed: its address, and that it came by TLS', { timeout: 60000 }, async (t) => {
  const { server, proxy } = await behind(t, startNginx);
  const answer = await new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: '127.0.0.1',
        port: proxy.tlsPort,
        method: 'POST',
        path: '/auth/session',
        servername: 'chat.example.com',
        rejectUnauthorized: false, // the test made the certificate itself
        agent: false,
        headers: {
          host: 'chat.example.com',
          authorization: `Bearer ${server.tokenFor('alice')}`,
          'content-length': 0,
          'x-forwarded-for': '203.0.113.7',
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }));
      },
    );
    request.on('error', reject);
    request.end();
  });
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['set-cookie']), /; *Secure\b/);
  await until(5000, 'the request is in the log', () => server.logs().some((line) => line.route === 'auth.session.open'));
  const line = server.logs().find((each) => each.route === 'auth.session.open');
  assert.equal(line.peer, '203.0.113.7', 'the client here is on this machine, and so a proxy that is trusted');
});
