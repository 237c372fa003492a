// What a screen reader hears: whole sentences, at most one announcement in two seconds, never single tokens.
const kPause = 2000;
const queue: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let region: HTMLElement | undefined;

function next(): void {
  timer = undefined;
  if (queue.length === 0) return;
  region ??= document.getElementById('announcements') ?? undefined;
  if (region) region.textContent = queue.splice(0).join(' ');
  timer = setTimeout(next, kPause);
}

export function announce(sentence: string): void {
  queue.push(sentence);
  if (timer === undefined) next();
}

/** The whole sentences of a growing text, each once. Code becomes one sentence that names its length. */
export class Sentences {
  private from = 0;

  /** What stands already is not said. */
  skip(text: string): void {
    this.from = text.length;
  }

  take(text: string, isOver: boolean): string[] {
    const found: string[] = [];
    for (;;) {
      const rest = text.slice(this.from);
      const code = /^\s*```[^\n]*\n([\s\S]*?)\n```[^\n]*(?:\n|$)/.exec(rest);
      if (code) {
        const lines = code[1]!.split('\n').length;
        found.push(`Code block, ${lines} ${lines === 1 ? 'line' : 'lines'}.`);
        this.from += code[0].length;
        continue;
      }
      if (/^\s*```/.test(rest)) break;
      const sentence = /^[\s\S]*?(?:[.!?…。！？](?=\s)|\n(?=\s*(?:\n|```)))\s*/.exec(rest);
      if (!sentence) break;
      this.from += sentence[0].length;
      const plain = sentence[0].replace(/[*_`#|>]+/g, '').trim();
      if (plain) found.push(plain);
    }
    if (isOver && this.from < text.length) {
      const plain = text.slice(this.from).replace(/[*_`#|>]+/g, '').trim();
      this.from = text.length;
      if (plain) found.push(plain);
    }
    return found;
  }
}
