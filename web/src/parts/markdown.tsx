// Markdown of an answer, safe by construction: tokens of `marked` become React elements, and nothing becomes HTML. While the answer is
// written, only its last block is parsed again; finished blocks keep their elements.
import { Lexer, type Token, type Tokens } from 'marked';
import { memo, useRef, type ReactNode } from 'react';
import { highlight, languageName } from '../lib/highlight.tsx';
import { kCaret, kHeld, kKnot, kTint, kTintEnd, repairEnd, withoutMarks } from '../lib/marks.ts';
import { CopyButton } from './controls.tsx';

const options = { gfm: true, breaks: false };

interface Blocks {
  text: string;
  /** Everything before this offset is in finished blocks. */
  from: number;
  done: string[];
}

const isSpace = (token: Token): boolean => token.type === 'space';

/** Splits a growing text into blocks. Returns the finished ones, which never change, and the open end. */
export function splitBlocks(previous: Blocks | undefined, text: string): Blocks {
  const goesOn = previous && text.startsWith(previous.text.slice(0, previous.from));
  const from = goesOn ? previous.from : 0;
  const done = goesOn ? previous.done : [];
  const tokens = Lexer.lex(text.slice(from), options).map((token) => token);
  let last = tokens.length - 1;
  while (last > 0 && isSpace(tokens[last]!)) last--;
  if (last <= 0) return { text, from, done };
  const finished = [...done];
  let end = from;
  for (let i = 0; i < last; i++) {
    end += tokens[i]!.raw.length;
    if (!isSpace(tokens[i]!)) finished.push(tokens[i]!.raw);
  }
  return { text, from: end, done: finished };
}

interface Drawing {
  tint: boolean;
  key: number;
}

/** A text with marks: the knot, the caret, and what was caught up. */
function marked(text: string, drawing: Drawing): ReactNode {
  if (!/[\uFDD0-\uFDD4]/.test(text)) return drawing.tint ? <span className="caught" key={drawing.key++}>{text}</span> : text;
  return text.split(/([\uFDD0-\uFDD4])/).map((part) => {
    const key = drawing.key++;
    switch (part) {
      case '':
        return null;
      case kCaret:
        // Another element each time: one that moves would count as a shift of the layout.
        return <span className="caret" key={`caret ${text.length}`} />;
      case kKnot:
        return <b className="knot" key={key} aria-hidden="true" />;
      case kHeld:
        return <b className="knot hold" key={key} aria-hidden="true" />;
      case kTint:
        drawing.tint = true;
        return null;
      case kTintEnd:
        drawing.tint = false;
        return null;
      default:
        return drawing.tint ? <span className="caught" key={key}>{part}</span> : part;
    }
  });
}

function safeHref(href: string): string | undefined {
  const clean = withoutMarks(href).trim();
  return /^(https?:|mailto:|#|\/(?!\/))/i.test(clean) ? clean : undefined;
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const plain = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);

function inline(tokens: readonly Token[] | undefined, drawing: Drawing): ReactNode[] {
  return (tokens ?? []).map((token): ReactNode => {
    const key = drawing.key++;
    const children = () => inline((token as Tokens.Strong).tokens, drawing);
    switch (token.type) {
      case 'strong':
        return <strong key={key}>{children()}</strong>;
      case 'em':
        return <em key={key}>{children()}</em>;
      case 'del':
        return <del key={key}>{children()}</del>;
      case 'codespan':
        return <code key={key}>{marked(plain((token as Tokens.Codespan).text), drawing)}</code>;
      case 'br':
        return <br key={key} />;
      case 'link': {
        const { href } = token as Tokens.Link;
        const safe = safeHref(href);
        return safe === undefined ? (
          <span key={key}>{children()}</span>
        ) : (
          <a key={key} href={safe} target={safe.startsWith('#') ? undefined : '_blank'} rel="noopener noreferrer">
            {children()}
          </a>
        );
      }
      case 'image': {
        const { href, text } = token as Tokens.Image;
        const safe = safeHref(href);
        return safe === undefined ? text : <a key={key} href={safe} target="_blank" rel="noopener noreferrer">{text || 'Image'}</a>;
      }
      case 'text':
      case 'escape':
        return (token as Tokens.Text).tokens ? children() : <Keyed key={key}>{marked(plain((token as Tokens.Text).text), drawing)}</Keyed>;
      default:
        return <Keyed key={key}>{marked((token as Tokens.Generic).raw, drawing)}</Keyed>;
    }
  });
}

const Keyed = ({ children }: { children: ReactNode }) => <>{children}</>;

function CodeBlock({ code, language, drawing, open }: { code: string; language: string; drawing: Drawing; open: boolean }) {
  const name = languageName(language);
  const text = withoutMarks(code);
  return (
    <div className="codebox">
      <header>
        <span>{name}</span>
        <CopyButton text={text} label="Copy code" />
      </header>
      <pre tabIndex={0} role="region" aria-label={`Code, ${name}`} dir="ltr">
        <code>{open || text !== code ? marked(code, drawing) : highlight(text, language)}</code>
      </pre>
    </div>
  );
}

function block(token: Token, drawing: Drawing, open: boolean): ReactNode {
  const key = drawing.key++;
  switch (token.type) {
    case 'heading': {
      const depth = (token as Tokens.Heading).depth;
      const children = inline((token as Tokens.Heading).tokens, drawing);
      return depth <= 2 ? <h3 key={key} dir="auto">{children}</h3> : <h4 key={key} dir="auto">{children}</h4>;
    }
    case 'paragraph':
      return <p key={key} dir="auto">{inline((token as Tokens.Paragraph).tokens, drawing)}</p>;
    case 'text':
      return <Keyed key={key}>{(token as Tokens.Text).tokens ? inline((token as Tokens.Text).tokens, drawing) : marked(plain((token as Tokens.Text).text), drawing)}</Keyed>;
    case 'code':
      return <CodeBlock key={key} code={(token as Tokens.Code).text} language={(token as Tokens.Code).lang ?? ''} drawing={drawing} open={open} />;
    case 'blockquote':
      return <blockquote key={key} dir="auto">{(token as Tokens.Blockquote).tokens.map((each) => block(each, drawing, open))}</blockquote>;
    case 'list': {
      const list = token as Tokens.List;
      const items = list.items.map((item, index) => (
        <li key={index} dir="auto">
          {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled aria-label={item.checked ? 'Done' : 'To do'} />}
          {item.tokens.filter((each) => (each.type as string) !== 'checkbox').map((each) => block(each, drawing, open))}
        </li>
      ));
      return list.ordered ? <ol key={key} start={Number(list.start) || 1}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case 'table': {
      const table = token as Tokens.Table;
      const cell = (each: Tokens.TableCell, column: number, Tag: 'th' | 'td') => (
        <Tag key={column} dir="auto" className={each.align === 'right' ? 'r' : undefined} {...(Tag === 'th' && { scope: 'col' })}>
          {inline(each.tokens, drawing)}
        </Tag>
      );
      return (
        <div key={key} className="tablebox" tabIndex={0} role="region" aria-label="Table">
          <table>
            <thead>
              <tr>{table.header.map((each, column) => cell(each, column, 'th'))}</tr>
            </thead>
            <tbody>
              {table.rows.map((row, index) => (
                <tr key={index}>{row.map((each, column) => cell(each, column, 'td'))}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case 'hr':
      return <hr key={key} />;
    case 'space':
    case 'def':
      return null;
    default:
      return <p key={key} dir="auto">{marked((token as Tokens.Generic).raw, drawing)}</p>;
  }
}

const Block = memo(function Block({ raw, tint, open }: { raw: string; tint: boolean; open: boolean }) {
  const drawing: Drawing = { tint, key: 0 };
  return <>{Lexer.lex(open ? repairEnd(raw) : raw, options).map((token) => block(token, drawing, open))}</>;
});

/** Whether a tint that began in an earlier block is still open. */
function tintAfter(raw: string, tint: boolean): boolean {
  const begin = raw.lastIndexOf(kTint);
  const end = raw.lastIndexOf(kTintEnd);
  return begin === -1 && end === -1 ? tint : begin > end;
}

/** `open`: the text is still being written. */
export function Markdown({ text, open = false }: { text: string; open?: boolean }) {
  const state = useRef<Blocks | undefined>(undefined);
  const blocks = (state.current = splitBlocks(state.current, text));
  const rest = text.slice(blocks.from);
  let tint = false;
  const drawn = blocks.done.map((raw, index) => {
    const element = <Block key={index} raw={raw} tint={tint} open={false} />;
    tint = tintAfter(raw, tint);
    return element;
  });
  return (
    <div className="md">
      {drawn}
      {rest && <Block key={blocks.done.length} raw={rest} tint={tint} open={open} />}
    </div>
  );
}
