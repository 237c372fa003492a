// A recording: a text file of exchanges, one after the other, as they were on the wire.
//
//   ## what is asked
//   > a line of the request
//   < a line of the response
//   = what else there is to say, such as how the response ended
//
// Each line of a head ends in CR LF and each line of a body in LF; visible.mjs says how everything else is shown.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { firstDifference } from './difference.mjs';
import { NormalForm } from './normal_form.mjs';
import { visibleLine, visibleLines } from './visible.mjs';

export const directory = fileURLToPath(new URL('../../wire/', import.meta.url));
export const isRecording = Boolean(process.env.BELAY_RECORD);

// A part of an exchange: lines that stand behind a sign.
const part = (sign, lines) => ({ sign, text: lines.join('\n') });
const remark = (text) => part('=', [text]);

function signed({ sign, text }) {
  return text
    .split('\n')
    .map((line) => (line === '' ? sign : `${sign} ${line}`))
    .join('\n');
}

function requestPart({ line, headers, body, literal }) {
  // Bytes that are no request which the recording has made.
  if (literal !== undefined) return part('>', visibleLines(Buffer.from(literal.replaceAll('\r\n', '\n'))));
  const lines = [line, ...headers.map(([name, value]) => `${name}: ${value}`)].map(visibleLine);
  return part('>', body.length > 0 ? [...lines, '', ...visibleLines(body)] : lines);
}

function headLines(raw) {
  return raw.split('\r\n').slice(0, -2).map(visibleLine);
}

const endings = {
  cut: 'the server closes the connection before the response is whole',
  reset: 'the server resets the connection before the response is whole',
  left: 'the client leaves here',
};

function responseParts(connection, replaced) {
  const parts = connection.interim.map((raw) => part('<', headLines(raw)));
  for (const response of connection.responses) {
    const lines = headLines(response.raw);
    const body = replaced === undefined ? visibleLines(response.body) : [replaced(response.text)];
    parts.push(part('<', body.length > 0 ? [...lines, '', ...body] : lines));
    if (response.isChunked && response.isWhole)
      parts.push(remark('the body comes in chunks, and ends with the last chunk'));
  }
  if (connection.responses.length === 0) parts.push(remark('no response'));
  if (connection.end !== 'whole') parts.push(remark(endings[connection.end]));
  return parts;
}

export class Recording {
  constructor(name, about) {
    this.name = name;
    this.about = about;
    this.entries = [];
    this.normal = new NormalForm();
  }

  get file() {
    return `${directory}${this.name}.txt`;
  }

  // Keeps the place of an exchange that is still under way. request: {line, headers (without the boring ones), body} or
  // {literal}. replaced: a
  // function from the response's body to what stands in its place. edit: a function over the
  // text of the request and of each response.
  add(title, request, connection, { replaced, edit = (text) => text } = {}) {
    this.entries.push({ title, request, connection, replaced, edit });
  }

  // A sentence between exchanges: what happens to the server.
  say(sentence) {
    this.entries.push({ sentence });
  }

  text() {
    const head = `# ${this.about}\n\nHow to read this and how to record it again: tests/e2e/README.md, "What is on the wire".\n`;
    const parts = this.entries.map(({ title, sentence, request, connection, replaced, edit }) => {
      if (sentence !== undefined) return `\n= ${sentence}\n`;
      const asked = requestPart(request);
      const told = responseParts(connection, replaced);
      const texts = this.normal.exchange([asked, ...told].map((each) => edit(each.text)));
      const [first, ...rest] = [asked, ...told].map((each, i) => signed({ sign: each.sign, text: texts[i] }));
      return `\n## ${title}\n\n${first}\n\n${rest.join('\n')}\n`;
    });
    return head + parts.join('');
  }

  // An error of the scenario, with the first difference that came before it.
  async explain(error) {
    if (isRecording) return error;
    this.entries = this.entries.filter(({ connection }) => !connection || connection.end);
    const text = this.text();
    const wanted = await readFile(this.file, 'utf8').catch(() => '');
    const begun = wanted.split('\n').slice(0, text.split('\n').length);
    const difference = firstDifference([...begun.slice(0, -1), ''].join('\n'), text);
    if (difference !== null)
      error.message += `\n\nThe first difference from tests/e2e/wire/${this.name}.txt:\n\n${difference}`;
    return error;
  }

  // Writes the file, or holds what was recorded against it.
  async close() {
    const text = this.text();
    if (isRecording) return writeFile(this.file, text);
    const wanted = await readFile(this.file, 'utf8').catch(() => null);
    if (wanted === null) throw new Error(`there is no ${this.name}.txt. ${this.advice()}`);
    const difference = firstDifference(wanted, text);
    if (difference === null) return;
    throw new Error(
      `The bytes on the wire differ from tests/e2e/wire/${this.name}.txt:\n\n${difference}\n\nIf this is meant: ${this.advice()}`,
    );
  }

  advice() {
    return `Record it again with BELAY_RECORD=1 tests/e2e/run wire-${this.name.split('-')[0]}, and read the difference before you commit it.`;
  }
}
