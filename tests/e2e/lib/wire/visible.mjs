// Bytes as text in which every byte can be seen, and which can be read back in one way only.
//
// Text stands as it is. What cannot be seen is written with a character that does not occur otherwise:
//   ␍ ␀ ␛ …     the control character of that name (U+2400 and the following)
//   ␠            a space at the end of a line
//   ␃            the end of a body whose last line has no line end
//   ⟨U+FEFF⟩     a character that has no shape
//   ⟨a × 300⟩    300 times the same character
//   ⟨byte C3⟩    a byte that is no UTF-8

const pictures = /[\u2400-\u2426⟨⟩]/u;
const shapeless = /[\u0080-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;
const control = /[\x00-\x09\x0b-\x1f\x7f]/g; // all but the line feed, which ends a line
const longRun = /([^\n])\1{79,}/gu;

const pictureOf = (character) => (character === '\x7f' ? '␡' : String.fromCodePoint(0x2400 + character.codePointAt(0)));
const codeOf = (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

// The text of bytes that need not be UTF-8: each byte outside of ASCII by its number.
function byByte(bytes) {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `⟨byte ${byte.toString(16).toUpperCase()}⟩`,
  ).join('');
}

function visible(text) {
  return text
    .replace(longRun, (run, character) => `⟨${character} × ${[...run].length}⟩`)
    .replace(control, pictureOf)
    .replace(shapeless, codeOf)
    .replace(/ +$/gm, (spaces) => '␠'.repeat(spaces.length));
}

// The lines of a body.
export function visibleLines(bytes) {
  if (bytes.length === 0) return [];
  const text = decode(bytes);
  if (text !== null && pictures.test(text))
    throw new Error(`a body holds a character that stands for another: ${text}`);
  const lines = visible(text ?? byByte(bytes)).split('\n');
  if (lines.at(-1) === '') lines.pop();
  else lines[lines.length - 1] += '␃';
  return lines;
}

// A line of a request or response head.
export function visibleLine(text) {
  return visible(text);
}
