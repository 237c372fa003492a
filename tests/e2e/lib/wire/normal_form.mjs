// What differs from one run of a recording to the next is replaced by a name, so that what remains is the same in each.
//
// An identifier becomes <run-1>, <run-2>, … in the order in which they first occur: two places that hold the same identifier
// hold the same name. A replacement takes only what has exactly the form that is expected; everything else stays.
import assert from 'node:assert/strict';

const identifiers = [
  [
    'run',
    /(?<=chatcmpl-|resp_|msg_|rs_|fc_|fco_|(?<![\w-]))(?!20200101T)\d{8}T\d{9}Z-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-f])/g,
  ],
  ['session', /(?<!\w)cs_[0-9a-f]{32}(?!\w)/g],
  ['chat', /(?<!\w)chat_[0-9a-f]{32}(?!\w)/g],
  ['session', /(?<!\w)session_[\w-]{32}(?![\w-])/g],
  ['upload', /(?<=(?:"id":"|\/api\/uploads\/))[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])/g],
  ['goal', /(?<!\w)goal_[0-9a-f]{24}(?!\w)/g],
  ['meeting', /(?<!\w)meeting_[0-9a-f]{24}(?!\w)/g],
  ['secret', /(?<=\/calendar\/feeds\/)[0-9a-f]{64}(?!\w)/g],
  ['ticket', /(?<![\w.])t1\.[\w-]{100,}\.[\w-]{43}(?![\w-])/g],
  ['token', /(?<![\w.])eyJ[\w-]+\.[\w-]+\.[\w-]*(?![\w.-])/g],
];

const values = [
  [/(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time in seconds>'],
  [/(?<!\d)\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<time in minutes>'],
  [/^Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/gm, 'Date: <date>'],
  // The server chooses it at random from a second to two, or at a shutdown from three to six.
  [/^retry: (1\d{3}|2000)$/gm, 'retry: <1000 to 2000>'],
  [/^retry: (3\d{3}|[45]\d{3}|6000)$/gm, 'retry: <3000 to 6000>'],
  // Of a limit in a window of time: the time since its first use has gone off.
  [/(?<=;r=0;t=)\d+/g, '<seconds>'],
  // Of a quota: the time until the next month.
  [/(?<=\.quota[\w.]*";r=[1-9]\d*;t=)\d+/g, '<seconds>'],
  [/(?<=the next one is possible in )\d+(?= s)/g, '<seconds>'],
  // Of a page of messages or of chats.
  [/(?<=(?:nextCursor":"|next_cursor":"|cursor=))\d{13}(?=\.\d)/g, '<ms>'],
  [/(?<=^DTSTAMP:)\d{8}T\d{6}Z/gm, '<time>'],
  [/(?<=Max-Age=)[1-9]\d*/g, '<seconds>'],
  // The id of an event of a stream that is read by its chat: bits of the answer's id stand above the event's offset.
  [/(?<=^(?:id|Last-Event-ID): \d+-)\d{19}$/gim, (digits) => `<answer>+${BigInt(digits) & ((1n << 40n) - 1n)}`],
  // The epoch of a channel is the time when it was made.
  [/(?<=(?:^(?:id|Last-Event-ID): |last_event_id=))[12]\d{9}(?=-\d+)/gim, '<channel>'],
  // Of a completion: when it was asked for.
  [/(?<="created(?:_at)?":)[12]\d{9}(?=,)/g, '<time in seconds>'],
  [/(?<=^retry-after-ms: )(?!5000$|1000$)\d+$/gim, '<ms>'],
  [/(?<="processing_time":)\d+(\.\d+)?(?=})/g, '<seconds>'],
  [/(?<="renews":")<time>/g, '<next month>'],
];

const newRequestId = /^X-Request-Id: ([0-9a-f]{32})$/m;

export class NormalForm {
  // ports: {port: name}
  constructor(ports = {}) {
    this.ports = ports;
    this.names = new Map();
    this.counts = {};
    this.requestIds = new Set();
  }

  // parts: the texts of one exchange, among which an X-Request-Id is the same. Returns them replaced.
  exchange(parts) {
    const given = new Set();
    for (const part of parts) {
      const found = newRequestId.exec(part)?.[1];
      if (found === undefined) continue;
      assert.ok(!this.requestIds.has(found), `each answer has a request id of its own, not ${found} again`);
      given.add(found);
    }
    given.forEach((id) => this.requestIds.add(id));
    return parts.map((part) => {
      let text = part;
      let number = 0;
      for (const id of given) text = text.replaceAll(id, given.size > 1 ? `<request-id-${++number}>` : '<request-id>');
      return this.text(text);
    });
  }

  text(text) {
    const isRateLimited = /"code":"(rate_limited|rate_limit_exceeded|quota_exceeded)"/.test(text);
    for (const [kind, form] of identifiers) text = text.replace(form, (id) => this.nameOf(kind, id));
    for (const [form, name] of values) text = text.replace(form, name);
    if (isRateLimited) text = text.replace(/^Retry-After: [1-9]\d*$/gm, 'Retry-After: <seconds>');
    for (const [port, name] of Object.entries(this.ports)) {
      text = text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:<${name}>`);
    }
    return text;
  }

  nameOf(kind, id) {
    if (!this.names.has(id)) {
      this.counts[kind] = (this.counts[kind] ?? 0) + 1;
      this.names.set(id, `<${kind}-${this.counts[kind]}>`);
    }
    return this.names.get(id);
  }
}
