// Sends bytes to the server exactly as given, and returns the bytes of its answer.
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from './connect.mjs';
import { begin, until, within } from './deadline.mjs';
import { ResponseParser } from './http1.mjs';

// Sends `parts` one after another. A number among them is a wait in milliseconds, a function a wait until it returns true for the text
// so far. Reads until the server closes, or until
// `enough(text so far)` is true. Returns the bytes as text (latin1), and how the connection ended: 'fin' (the server closed it),
// 'reset' (it was reset), or 'open' (`enough` was true).
export async function exchange(port, parts, { enough, deadline = 15000, what = 'the server answers or closes' } = {}) {
  const { socket } = connect(port);
  const received = [];
  const text = () => Buffer.concat(received).toString('latin1');
  const ended = new Promise((resolve) => {
    socket.on('data', (bytes) => {
      received.push(bytes);
      if (enough?.(text())) resolve('open');
    });
    socket.on('end', () => resolve('fin'));
    socket.on('error', () => resolve('reset'));
    socket.on('close', () => resolve('fin'));
  });
  const send = async () => {
    for (const part of [].concat(parts)) {
      if (typeof part === 'number') await pause(part);
      else if (typeof part === 'function') await until(deadline, `${what}: ${part}`, () => part(text()), 2);
      else if (socket.writable) socket.write(part, typeof part === 'string' ? 'utf8' : undefined);
    }
  };
  try {
    const sending = begin(send());
    const end = await within(deadline, () => `${what}; so far: ${JSON.stringify(text().slice(0, 400))}`, ended);
    await Promise.race([sending, pause(50)]);
    return { end, text: text() };
  } finally {
    socket.destroy();
  }
}

// Parses the text of exchange() strictly. Returns its responses: [{status, headers, body}].
export function responses(text) {
  const found = [];
  const parser = new ResponseParser({
    head: (head) => found.push({ ...head, body: '', whole: false }),
    body: (bytes) => (found.at(-1).body += bytes.toString('utf8')),
    end: () => (found.at(-1).whole = true),
  });
  parser.push(Buffer.from(text, 'latin1'));
  return found;
}
