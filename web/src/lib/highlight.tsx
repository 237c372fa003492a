import type { ReactNode } from 'react';

// Colours for code: words, strings, numbers and comments, which most languages share. What it does not know stays plain.
const names: Record<string, string> = {
  ts: 'TypeScript', typescript: 'TypeScript', tsx: 'TypeScript', js: 'JavaScript', javascript: 'JavaScript', jsx: 'JavaScript', py: 'Python', python: 'Python', sh: 'Shell', bash: 'Shell', shell: 'Shell', console: 'Shell',
  cpp: 'C++', 'c++': 'C++', c: 'C', rust: 'Rust', go: 'Go', java: 'Java', sql: 'SQL', json: 'JSON', yaml: 'YAML', toml: 'TOML', html: 'HTML', css: 'CSS', swift: 'Swift', text: 'Text', md: 'Markdown', markdown: 'Markdown',
};

export const languageName = (language: string): string => {
  const short = language.trim().split(/\s/)[0]!.toLowerCase();
  return names[short] ?? (short || 'Code');
};

const words =
  'as|async|await|break|case|catch|class|const|continue|def|default|do|else|enum|export|extends|final|finally|fn|for|from|func|function|guard|if|impl|implements|import|in|interface|is|let|match|mut|new|not|null|of|or|and|override|package|pass|private|protected|public|pub|return|self|static|struct|super|switch|template|this|throw|throws|trait|try|type|typename|use|using|var|virtual|void|where|while|with|yield|true|false|nil|None|True|False|auto|bool|int|float|double|char|string|select|insert|update|delete|join|on|group|order|by|create|table|SELECT|FROM|WHERE|JOIN|ON|GROUP|ORDER|BY|INSERT|INTO|VALUES|UPDATE|SET|DELETE|CREATE|TABLE|AND|OR|NOT|NULL|LIMIT';
const slashes = String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const hash = String.raw`#[^\n]*`;
const dashes = String.raw`--[^\n]*`;
const rest = String.raw`("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\x60(?:\\.|[^\x60\\])*\x60)|\b(${words})\b|\b(0x[\da-fA-F]+|\d[\d_]*(?:\.\d+)?)\b`;
const pattern = (comment: string) => new RegExp(`(${comment})|${rest}`, 'g');
const byHash = pattern(hash);
const bySlashes = pattern(slashes);
const byDashes = pattern(dashes);
const kMaxLength = 30_000;

export function highlight(code: string, language: string): ReactNode {
  const name = languageName(language);
  if (name === 'Text' || name === 'Markdown' || code.length > kMaxLength || language === '') return code;
  const matcher = /^(Python|Shell|YAML|TOML)$/.test(name) ? byHash : name === 'SQL' ? byDashes : bySlashes;
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of code.matchAll(matcher)) {
    const kind = match[1] !== undefined ? 'c' : match[2] !== undefined ? 's' : match[3] !== undefined ? 'k' : 'n';
    if (match.index > from) parts.push(code.slice(from, match.index));
    parts.push(<span key={match.index} className={kind}>{match[0]}</span>);
    from = match.index + match[0].length;
  }
  parts.push(code.slice(from));
  return parts;
}
