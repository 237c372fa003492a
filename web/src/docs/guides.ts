// The guides stand before the paths: they are headings of the description, so the reference's sidebar and search find them.
const files = import.meta.glob<string>('../../../docs/guides/*.md', { query: '?raw', import: 'default', eager: true });

const order = ['which-surface', 'sign-in', 'errors', 'resume', 'events', 'sequences', 'clients', 'testing', 'tuning', 'deployment'];

export function guides(): string {
  const byName = new Map(Object.entries(files).map(([path, text]) => [path.split('/').pop()!.replace(/\.md$/, ''), text]));
  const known = order.filter((name) => byName.has(name));
  const rest = [...byName.keys()].filter((name) => !order.includes(name) && name !== 'README').sort();
  return [...known, ...rest].map((name) => byName.get(name)!.trim()).join('\n\n');
}
