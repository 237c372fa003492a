import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { Markdown, splitBlocks } from '../../src/parts/markdown.tsx';
import { kCaret, kKnot, kTint, kTintEnd } from '../../src/lib/marks.ts';

const text = '# A title\n\nA paragraph with **bold**.\n\n- one\n- two\n\n```js\nlet a = 1;\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n> quoted\n\nThe end.';

describe('A12: Markdown of an answer', () => {
  test('growing letter by letter ends in the same blocks as all at once', () => {
    let grown: ReturnType<typeof splitBlocks> | undefined;
    for (let length = 1; length <= text.length; length++) grown = splitBlocks(grown, text.slice(0, length));
    const whole = splitBlocks(undefined, text);
    expect([...grown!.done, text.slice(grown!.from)].map((each) => each.trim())).toEqual([...whole.done, text.slice(whole.from)].map((each) => each.trim()));
  });

  test('finished blocks stay the same while the text grows', () => {
    const before = splitBlocks(undefined, text.slice(0, 60));
    const after = splitBlocks(before, text);
    expect(after.done.slice(0, before.done.length)).toEqual(before.done);
  });

  test('another text starts from the beginning', () => {
    expect(splitBlocks(splitBlocks(undefined, text), 'Other.\n\nText.').done).toEqual(['Other.']);
  });

  test('HTML, scripts and other schemes are only text', () => {
    const html = renderToStaticMarkup(<Markdown text={'Text <script>x</script> [a](javascript:alert(1)) ![p](https://a.example/x.png) [b](https://a.example/)'} />);
    expect(html).not.toMatch(/<script|javascript:|<img/);
    expect(html).toContain('href="https://a.example/"');
    expect(html).toContain('&lt;script&gt;');
  });

  test('entities are what they stand for', () => {
    expect(renderToStaticMarkup(<Markdown text={'a < b & `c < d`'} />)).toContain('a &lt; b &amp; <code>c &lt; d</code>');
  });

  test('the knot, the tint and the caret come out where they were put, also over blocks', () => {
    const html = renderToStaticMarkup(<Markdown text={`One${kKnot}${kTint} two\n\nthree${kTintEnd} four${kCaret}`} open />);
    expect(html).toContain('One<b class="knot" aria-hidden="true"></b><span class="caught"> two</span>');
    expect(html).toContain('<span class="caught">three</span> four<span class="caret"></span>');
  });
});
