// Markdown that is still being written. Loaded when the first answer is shown; without the optional package `streamdown` answers
// are shown as plain text.
import { memo, useMemo, useRef, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import { defaultRehypePlugins, Streamdown, useIsCodeFenceIncomplete } from 'streamdown';
import { CopyButton } from './Button.js';
import { marked, markers } from './markers.js';

interface Node {
  type: string;
  value?: string;
  tagName?: string;
  properties?: { className?: unknown };
  children?: Node[];
}

export interface MarkdownProps {
  text: string;
  isStreaming: boolean;
  /** Where the text was joined after a cut. */
  joints: readonly number[];
  /** What stands at the end while it is written. */
  end: 'caret' | 'knot' | null;
}

/** Replaces the markers in texts by the elements that they stand for. */
function rehypeMarkers() {
  const visit = (node: Node) => {
    node.children = node.children?.flatMap((child): Node[] => {
      visit(child);
      if (child.type !== 'text' || !markers.pattern.test(child.value ?? '')) return [child];
      return (child.value ?? '').split(markers.pattern).map((part): Node => {
        const [tagName, className] = markers.elements[part] ?? [];
        if (tagName === undefined) return { type: 'text', value: part };
        return { type: 'element', tagName, properties: { className: [className] }, children: [] };
      });
    }) as Node[];
  };
  return visit;
}

// HTML in an answer is shown as text: it is no part of the page.
const rehypePlugins = [defaultRehypePlugins['sanitize'], defaultRehypePlugins['harden'], rehypeMarkers] as NonNullable<
  ComponentProps<typeof Streamdown>['rehypePlugins']
>;

const textOf = (node: Node | undefined): string => node?.value ?? (node?.children ?? []).map(textOf).join('');

function Code({ node }: { node?: unknown }): ReactElement {
  const code = (node as Node | undefined)?.children?.[0];
  const isOpen = useIsCodeFenceIncomplete();
  const names = Array.isArray(code?.properties?.className) ? (code.properties.className as string[]) : [];
  const language = names.find((name) => name.startsWith('language-'))?.slice('language-'.length) ?? '';
  return <CodeBlock code={textOf(code)} language={language} isOpen={isOpen} />;
}

export function CodeBlock({ code, language, isOpen = false }: { code: string; language: string; isOpen?: boolean }): ReactElement {
  const text = code.replace(/\n$/, '');
  return (
    <div className="belay-code" data-open={isOpen || undefined}>
      <div className="belay-code-head">
        <span>{language || 'Code'}</span>
        <CopyButton text={() => text} label="Copy code" />
      </div>
      <pre tabIndex={0} aria-label={language ? `Code, ${language}` : 'Code'}>
        <code dir="ltr">{text}</code>
      </pre>
    </div>
  );
}

type Children = { children?: ReactNode };
const components = {
  // The page and its turns have the first two levels.
  h1: ({ children }: Children) => <h3>{children}</h3>,
  h2: ({ children }: Children) => <h3>{children}</h3>,
  h3: ({ children }: Children) => <h4>{children}</h4>,
  h4: ({ children }: Children) => <h5>{children}</h5>,
  h5: ({ children }: Children) => <h6>{children}</h6>,
  h6: ({ children }: Children) => <h6>{children}</h6>,
  p: ({ children, dir }: Children & { dir?: string }) => <p dir={dir}>{children}</p>,
  ul: ({ children }: Children) => <ul>{children}</ul>,
  ol: ({ children, start }: Children & { start?: number }) => <ol start={start}>{children}</ol>,
  li: ({ children }: Children) => <li>{children}</li>,
  strong: ({ children }: Children) => <strong>{children}</strong>,
  hr: () => <hr />,
  blockquote: ({ children }: Children) => <blockquote>{children}</blockquote>,
  a: ({ children, href }: Children & { href?: string }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // A picture from anywhere would tell its server who reads this.
  img: ({ alt, src }: { alt?: string; src?: string | Blob }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">
      {alt || 'Picture'}
    </a>
  ),
  pre: Code,
  code: ({ children }: Children) => <code>{children}</code>,
  inlineCode: ({ children }: Children) => <code>{children}</code>,
  table: ({ children }: Children) => (
    <div className="belay-table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  thead: ({ children }: Children) => <thead>{children}</thead>,
  tbody: ({ children }: Children) => <tbody>{children}</tbody>,
  tr: ({ children }: Children) => <tr>{children}</tr>,
  th: ({ children }: Children) => <th scope="col">{children}</th>,
  td: ({ children }: Children) => <td>{children}</td>,
  sup: ({ children }: Children) => <sup>{children}</sup>,
  sub: ({ children }: Children) => <sub>{children}</sub>,
} as NonNullable<ComponentProps<typeof Streamdown>['components']>;

export default memo(function Markdown({ text, isStreaming, joints, end }: MarkdownProps): ReactElement {
  const caret = useRef<0 | 1>(0);
  const shown = useMemo(() => marked(text, joints, end, (caret.current = caret.current === 0 ? 1 : 0)), [text, joints, end]);
  return (
    <Streamdown
      className="belay-prose"
      // Also of an answer that has ended: its blocks stay what they are.
      mode="streaming"
      parseIncompleteMarkdown={isStreaming}
      dir="auto"
      controls={false}
      linkSafety={{ enabled: false }}
      rehypePlugins={rehypePlugins}
      components={components}
    >
      {shown}
    </Streamdown>
  );
});
