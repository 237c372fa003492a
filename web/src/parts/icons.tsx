// Line icons on a grid of 20, drawn with one stroke.
const paths = {
  menu: 'M3.5 6h13M3.5 10h13M3.5 14h8.5',
  plus: 'M10 4.5v11M4.5 10h11',
  compose: 'M9.5 4H5.3a1.8 1.8 0 0 0-1.8 1.8v8.9a1.8 1.8 0 0 0 1.8 1.8h8.9a1.8 1.8 0 0 0 1.8-1.8v-4.2M8 12l.6-2.6 6.2-6.2a1.4 1.4 0 0 1 2 2l-6.2 6.2z',
  search: 'M9 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12.6 12.6l4 4',
  pin: 'M10 12.4V17M6 12.4h8l-1.2-7h.8V3.6H6.4v1.8h.8z',
  copy: 'M8.6 7h6.1a1.8 1.8 0 0 1 1.8 1.8v5.9a1.8 1.8 0 0 1-1.8 1.8H8.8A1.8 1.8 0 0 1 7 14.7V8.6A1.6 1.6 0 0 1 8.6 7zM13 7V5.3a1.8 1.8 0 0 0-1.8-1.8H5.3a1.8 1.8 0 0 0-1.8 1.8v5.9A1.8 1.8 0 0 0 5.3 13H7',
  redo: 'M15.7 8a6.1 6.1 0 1 0 .2 4M16.2 3.6V8h-4.4',
  undo: 'M7 4.5L3.5 8 7 11.5M4 8h7.5a4.5 4.5 0 0 1 0 9H8',
  pencil: 'M4 16l.8-3.4 8.2-8.2a1.5 1.5 0 0 1 2.2 0l.4.4a1.5 1.5 0 0 1 0 2.2l-8.2 8.2zM11.7 5.7l2.6 2.6',
  like: 'M6.5 9v7.5H4.3a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM6.5 9l3-5.7a1.6 1.6 0 0 1 2.3 1.9L11 8h4.1a1.5 1.5 0 0 1 1.5 1.8l-1 5.3a1.7 1.7 0 0 1-1.6 1.4H6.5',
  dislike: 'M13.5 11V3.5h2.2a1 1 0 0 1 1 1V10a1 1 0 0 1-1 1zM13.5 11l-3 5.7a1.6 1.6 0 0 1-2.3-1.9L9 12H4.9a1.5 1.5 0 0 1-1.5-1.8l1-5.3A1.7 1.7 0 0 1 6 3.5h7.5',
  prev: 'M12 5l-5 5 5 5',
  next: 'M8 5l5 5-5 5',
  fold: 'M5.5 8l4.5 4.5L14.5 8',
  clip: 'M15.4 9.3l-5.9 5.9a3.5 3.5 0 0 1-5-5l6.3-6.3a2.3 2.3 0 0 1 3.3 3.3l-6.2 6.2a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3',
  send: 'M10 16V4.6M5 9.4l5-4.9 5 4.9',
  panel: 'M5 4h10a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 15 16H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 4zM12 4v12',
  alert: 'M10 4l7 12H3zM10 8.6V12M10 14.1v.1',
  clock: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.6V10l2.4 1.8',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  check: 'M4.5 10.5l3.7 3.7 7.3-8.2',
  file: 'M5.5 3.5h5.6L15 7.4v9.1H5.5zM11 3.5v4h4',
  save: 'M10 4v8M6.5 8.8l3.5 3.5 3.5-3.5M4 16h12',
  chat: 'M4 4.5h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1z',
  peak: 'M2.5 16L8 6l3.2 5.6L13 9l4.5 7z',
  target: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  wind: 'M3 8h8.5a2.2 2.2 0 1 0-2.2-2.2M3 12h11.5a2.2 2.2 0 1 1-2.2 2.2M3 10h4',
  gauge: 'M3.9 14.5a7 7 0 1 1 12.2 0M10 11.5l3-4',
  lock: 'M5.5 9h9v7.5h-9zM7.2 9V6.8a2.8 2.8 0 0 1 5.6 0V9',
  unplug: 'M3.5 16.5l3-3M6 9l5 5-1.2 1.2a3.5 3.5 0 0 1-5-5zM16.5 3.5l-3 3M14 11L9 6l1.2-1.2a3.5 3.5 0 0 1 5 5z',
  calendar: 'M4 5.5h12v11H4zM4 8.6h12M7 3.5v3M13 3.5v3',
  go: 'M4 10h11.5M11 5.5l4.5 4.5-4.5 4.5',
  user: 'M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM4 16.5a6 6 0 0 1 12 0',
  bell: 'M5 14V9a5 5 0 0 1 10 0v5l1 .9H4zM8.5 17h3',
  list: 'M7 6h10M7 10h10M7 14h10M3.5 6h.1M3.5 10h.1M3.5 14h.1',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.6 9v4.5M11.4 9v4.5',
  down: 'M10 4v12M5 11l5 5 5-5',
  upload: 'M10 12V4M6.5 7.2L10 3.7l3.5 3.5M4 16h12',
} as const;

export type IconName = keyof typeof paths | 'more';

export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  const className = small ? 'i s' : 'i';
  if (name === 'more')
    return (
      <svg className={className} viewBox="0 0 20 20" aria-hidden="true">
        <g fill="currentColor" stroke="none">
          <circle cx="4.5" cy="10" r="1.5" />
          <circle cx="10" cy="10" r="1.5" />
          <circle cx="15.5" cy="10" r="1.5" />
        </g>
      </svg>
    );
  return (
    <svg className={className} viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark: a line that runs through a ring, the simplest picture of a belay. */
export const Mark = () => (
  <svg viewBox="0 0 22 22" fill="none" aria-hidden="true">
    <circle cx="11" cy="11" r="5.5" stroke="currentColor" strokeWidth="2.5" />
    <path d="M11 1.3v7.2M11 13.5v7.2" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
  </svg>
);
