// What a test of the bytes on the wire speaks through: it sends a request, and the exchange stands in the recording.
import test from 'node:test';
import { slowness, until } from '../deadline.mjs';
import { call } from '../http.mjs';
import { startServer } from '../server.mjs';
import { Connection } from './connection.mjs';
import { Recording } from './recording.mjs';

class Wire {
  constructor(recording, server) {
    this.recording = recording;
    this.server = server;
    this.connections = [];
  }

  // Starts an exchange and returns its Connection. request: 'POST /path'. options: headers, json or body (text or bytes);
  // replaced and edit: see Recording.add(); port: of another
  // listener of the server.
  open(title, request, { headers = {}, json, body, replaced, edit, port } = {}) {
    const [method, target] = request.split(' ');
    const bytes = Buffer.from(json === undefined ? (body ?? '') : JSON.stringify(json));
    const set = (fields) => Object.entries(fields).filter(([, value]) => value !== undefined);
    const shown = set({ ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers });
    const boring = set({
      Host: headers.Host === undefined ? `127.0.0.1:${port ?? this.server.port}` : undefined,
      'Content-Length': bytes.length === 0 && body === undefined ? undefined : bytes.length,
    });
    const line = `${method} ${target} HTTP/1.1`;
    const head = [line, ...[...boring, ...shown].map(([name, value]) => `${name}: ${value}`)].join('\r\n');
    const connection = this.connect({ method, port });
    this.recording.add(title, { line, headers: shown, body: bytes }, connection, { replaced, edit });
    connection.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes]));
    return connection;
  }

  // The same, to the end of the response, which is returned.
  send(title, request, options) {
    return this.open(title, request, options).over(title);
  }

  // One exchange for each of [title, options].
  async each(cases, request, headers) {
    for (const [title, options] of cases) await this.send(title, request, { headers, ...options });
  }

  // Literal bytes. `$HOST` in them is the server's Host. wanted: how many responses. then: what is
  // sent after a 1xx response.
  async literal(title, text, { wanted = 1, method, edit, then } = {}) {
    const connection = this.connect({ wanted, method });
    this.recording.add(title, { literal: text.replaceAll('$HOST', '127.0.0.1:<port>') + (then ?? '') }, connection, {
      edit,
    });
    connection.write(Buffer.from(text.replaceAll('$HOST', `127.0.0.1:${this.server.port}`), 'latin1'));
    if (then) {
      await until(20000, `${title}: the server asks for the body`, () => connection.interim.length > 0, 2);
      connection.write(then);
    }
    return connection.over(title);
  }

  connect({ port = this.server.port, ...options } = {}) {
    this.recording.normal.ports[port] = port === this.server.port ? 'port' : 'other-port';
    const connection = new Connection(port, options);
    this.connections.push(connection);
    return connection;
  }

  // Begins to read an answer and reads no further, until the test ends. It stands in no recording.
  async hold(request, headers) {
    const lines = Object.entries({ Host: `127.0.0.1:${this.server.port}`, ...headers }).map(
      ([k, v]) => `${k}: ${v}\r\n`,
    );
    const connection = this.connect({ wanted: 2 });
    connection.socket.once('data', () => connection.socket.pause());
    connection.write(`${request} HTTP/1.1\r\n${lines.join('')}\r\n`);
    await until(20000, `${request} is answered`, () => connection.response, 2);
  }

  // Asks the same until `enough` is true of the answer (of lib/http.mjs). It stands in no recording.
  async until(what, request, headers, enough) {
    const [method, path] = request.split(' ');
    return until(20000, what, async () => {
      const answer = await call(this.server.port, method, path, { headers });
      return enough(answer) && answer;
    });
  }

  // Until the server's log holds so many entries of this name.
  logged(event, count = 1) {
    const found = () => this.server.logs().filter((entry) => entry.event === event).length >= count;
    return until(20000, `the log holds ${event}`, found, 5);
  }

  async restart() {
    await this.server.restart();
    this.say('the server is killed and started again');
  }

  say(sentence) {
    this.recording.say(sentence);
  }
}

// A test that records what `scenario` does with a server of these options (see startServer; or a function of the test that
// makes them), and holds it against wire/NAME.txt.
export function recorded(name, about, options, scenario) {
  test(`what is on the wire: ${about}`, { timeout: 120000 * slowness }, async (t) => {
    const made = typeof options === 'function' ? await options(t) : options;
    const server = await startServer(t, made);
    const recording = new Recording(name, about);
    const wire = new Wire(recording, server);
    try {
      await scenario(wire, made).catch(async (error) => Promise.reject(await recording.explain(error)));
      await recording.close();
    } finally {
      wire.connections.forEach((connection) => connection.socket.destroy());
    }
  });
}
