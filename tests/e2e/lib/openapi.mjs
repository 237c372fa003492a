// docs/openapi.json: its operations, the requests that its examples make, and whether answers are as it says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { call } from './http.mjs';
import { SseParser } from './sse.mjs';

export const document = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url)));

function resolved(node) {
  let found = node;
  while (found?.$ref) found = found.$ref.slice(2).split('/').reduce((at, name) => at[name], document);
  return found;
}

const formats = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  binary: true,
};
const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
ajv.addSchema({ $id: 'openapi', components: document.components });
const compiled = new Map();

// The errors of `value` under a schema of the document, in words; empty if there are none.
export function faults(schema, value) {
  if (!schema) return [];
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) {
    const rebased = JSON.parse(key, (name, at) => (name === '$ref' ? at.replace(/^#/, 'openapi#') : at));
    compiled.set(key, ajv.compile(rebased));
  }
  const validate = compiled.get(key);
  return validate(value) ? [] : validate.errors.map((each) => `${each.instancePath || 'the value'} ${each.message} ${JSON.stringify(each.params)}`);
}

// The examples of a media type or a parameter: [{name, value}].
function examplesOf(node) {
  if (node.example !== undefined) return [{ name: 'example', value: node.example }];
  return Object.entries(node.examples ?? {}).map(([name, each]) => ({ name, value: resolved(each).value }));
}

class Operation {
  constructor(path, method, described) {
    this.path = path;
    this.method = method.toUpperCase();
    this.id = described.operationId;
    this.security = described.security ?? [];
    this.parameters = (described.parameters ?? []).map(resolved).map((each) => ({ ...each, examples: examplesOf(each) }));
    const body = resolved(described.requestBody);
    this.needsBody = body?.required === true;
    this.bodies = Object.entries(body?.content ?? {}).map(([type, media]) => ({ type, schema: media.schema, examples: examplesOf(media) }));
    this.responses = Object.entries(described.responses).map(([status, each]) => ({ status: Number(status), content: resolved(each).content ?? {} }));
    this.success = this.responses.find(({ status }) => status < 400);
  }

  // What the document does not show, and shows wrongly.
  get gaps() {
    const found = [];
    for (const { name, in: where, required, examples, schema } of this.parameters) {
      if (required && examples.length === 0) found.push(`${this.id}: the ${where} parameter ${name} has no example`);
      for (const { value } of examples) found.push(...faults(schema, value).map((each) => `${this.id}, example of ${name}: ${each}`));
    }
    for (const { type, schema, examples } of this.bodies) {
      if (this.needsBody && examples.length === 0) found.push(`${this.id}: the body ${type} has no example`);
      if (type.startsWith('multipart/')) continue; // its parts are texts here, whatever they are
      for (const { name, value } of examples) found.push(...faults(schema, value).map((each) => `${this.id}, ${type} ${name}: ${each}`));
    }
    for (const { status, content } of this.responses.filter((each) => each.status < 400))
      for (const [type, media] of Object.entries(content)) {
        if (!media.schema) found.push(`${this.id}: the answer ${status} ${type} has no schema`);
        for (const { value } of examplesOf(media)) found.push(...this.checked(type, media.schema, value).map((each) => `${this.id}, answer ${status} ${type}: ${each}`));
      }
    return found;
  }

  checked(type, schema, value) {
    if (type !== 'text/event-stream' || typeof value !== 'string' || resolved(schema)?.type === 'string') return faults(schema, value);
    return eventsOf(value).filter(isJson).flatMap(({ data }) => faults(schema, JSON.parse(data)));
  }

  // The requests that the examples make: one for each example of a body, and one if there is no body. A parameter with several examples has
  // the one with the name of the body's. `real`: converts a text of the document, whose ids are invented, to one with the server's ids.
  requests(real) {
    const bodies = this.bodies.flatMap(({ type, examples }) => examples.map(({ name, value }) => ({ type, name, value })));
    return (bodies.length > 0 ? bodies : [{ name: 'example' }]).map(({ type, name, value }, index) => {
      const filled = (where) =>
        this.parameters
          .filter((each) => each.in === where)
          .map((each) => [each.name, (each.examples.length === 1 ? each.examples[0] : each.examples.find((example) => example.name === name))?.value])
          .filter(([, example]) => example !== undefined)
          .map(([parameter, example]) => [parameter, real(String(example))]);
      const path = filled('path').reduce((text, [parameter, example]) => text.replace(`{${parameter}}`, encodeURIComponent(example)), this.path);
      const query = new URLSearchParams(filled('query')).toString();
      // A key is good for one request.
      const headers = Object.fromEntries(filled('header').filter(([header]) => index === 0 || header !== 'Idempotency-Key'));
      const request = { name: type ? `${type} ${name}` : name, method: this.method, path: query ? `${path}?${query}` : path, headers };
      if (!type) return request;
      const body = written(type, realIn(value, real));
      return { ...request, body: body.text, headers: { ...headers, 'content-type': body.type } };
    });
  }
}

function realIn(value, real) {
  return typeof value === 'string' ? real(value) : JSON.parse(real(JSON.stringify(value)));
}

// The bytes of a body, as a client writes the example of this type.
function written(type, value) {
  if (type === 'multipart/form-data') {
    const boundary = 'example-boundary';
    const parts = Object.entries(value).map(([name, text]) => {
      const file = name === 'file' ? `; filename="climbs.csv"\r\ncontent-type: application/octet-stream` : '';
      return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${text}\r\n`;
    });
    return { type: `${type}; boundary=${boundary}`, text: `${parts.join('')}--${boundary}--\r\n` };
  }
  return { type, text: typeof value === 'string' && type !== 'application/json' ? value : JSON.stringify(value) };
}

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => new Operation(path, method, described)),
);

function eventsOf(text) {
  const events = [];
  new SseParser((event) => events.push(event), () => {}).push(Buffer.from(text));
  return events;
}

const isJson = ({ data }) => data !== '[DONE]';

// Sends a request of an example. The answer must be the documented success, and as its schema says. Returns its content: JSON, text, or
// events. A stream without an end is read up to its first event.
export async function send(operation, request, { port, headers = {}, isEndless = false }) {
  const where = `${operation.id} (${request.name}): ${request.method} ${request.path}`;
  const answer = isEndless
    ? await firstEvent(port, request, headers)
    : await call(port, request.method, request.path, { headers: { ...headers, ...request.headers }, body: request.body });
  assert.equal(answer.status, operation.success.status, `${where}: ${answer.text}`);
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  const types = Object.keys(operation.success.content);
  if (types.length === 0) return undefined;
  assert.ok(types.includes(type), `${where}: the document has ${types}, and it is ${type}`);
  const { schema } = operation.success.content[type];
  const isEvents = type === 'text/event-stream' && resolved(schema)?.type !== 'string';
  if (isEvents) {
    const events = eventsOf(answer.text);
    assert.ok(events.length > 0, `${where}: it has events`);
    for (const { data } of events.filter(isJson)) assert.deepEqual(faults(schema, JSON.parse(data)), [], `${where}: ${data}`);
    return events;
  }
  const content = answer.json ?? answer.text;
  assert.deepEqual(faults(schema, content), [], `${where}: ${answer.text.slice(0, 1000)}`);
  return content;
}

async function firstEvent(port, { method, path, headers }, more) {
  const end = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { ...more, ...headers }, signal: end.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true });
    if (/^data:.*\n\n/m.test(text)) break;
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), text: text.slice(0, text.lastIndexOf('\n\n') + 2) };
}

// The ids that a server made, under the invented ids of the document: the same texts stand at the same places of its example and its answer.
export class Ids {
  constructor() {
    this.known = new Map();
  }

  learn(operation, content) {
    for (const media of Object.values(operation.success.content)) for (const { value } of examplesOf(media)) this.compare(value, content);
  }

  compare(shown, made) {
    if (typeof shown !== 'object' || shown === null || typeof made !== 'object' || made === null) return;
    for (const [name, value] of Object.entries(shown)) {
      const real = made[name];
      if (typeof value === 'string' && typeof real === 'string' && value !== real && /id$|Id$|^(address|stream|ticket)$/.test(name)) this.add(value, real);
      else this.compare(value, real);
    }
  }

  add(shown, made) {
    this.known.set(shown, made);
    // Ids within a text: that of a run in the id of its messages, a position in an address.
    for (const part of [/\d{8}T\d{9}Z-[0-9a-f-]{36}/, /(?<=last_event_id=)[\d-]+/, /(?<=feeds\/)\w+/]) {
      const [inner] = part.exec(shown) ?? [];
      const [innerMade] = part.exec(made) ?? [];
      if (inner && innerMade) this.known.set(inner, innerMade);
    }
  }

  real = (text) => {
    const longest = [...this.known.keys()].sort((a, b) => b.length - a.length);
    if (longest.length === 0) return text;
    const any = new RegExp(longest.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    return text.replace(any, (each) => this.known.get(each));
  };
}
