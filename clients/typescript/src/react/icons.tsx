import type { ReactElement } from 'react';

const paths = {
  alert: 'M10 3.2 17.6 16.4H2.4ZM10 8.2v4M10 14.4v.2',
  check: 'm4.2 10.6 3.8 3.8 7.8-8.6',
  clock: 'M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6ZM10 6.2v4l2.6 1.6',
  close: 'm5.2 5.2 9.6 9.6M14.8 5.2l-9.6 9.6',
  copy: 'M7.6 7.6h7.2a1.6 1.6 0 0 1 1.6 1.6v5.6a1.6 1.6 0 0 1-1.6 1.6H9.2a1.6 1.6 0 0 1-1.6-1.6ZM12.4 7.4V5.2a1.6 1.6 0 0 0-1.6-1.6H5.2a1.6 1.6 0 0 0-1.6 1.6v5.6a1.6 1.6 0 0 0 1.6 1.6h2.2',
  down: 'M13.2 11.2V3.8h2.6a1 1 0 0 1 1 1v5.4a1 1 0 0 1-1 1ZM13.2 11.2l-2.8 5.4a1.8 1.8 0 0 1-2.4-2l.8-2.6H4.9a1.6 1.6 0 0 1-1.6-1.9l.9-4.9a1.7 1.7 0 0 1 1.7-1.4h7.3',
  edit: 'm4 16 .9-3.6 8.4-8.4a1.6 1.6 0 0 1 2.3 0l.4.4a1.6 1.6 0 0 1 0 2.3l-8.4 8.4ZM11.8 5.6l2.6 2.6',
  fold: 'm5.4 7.8 4.6 4.6 4.6-4.6',
  list: 'M7.2 6h9.4M7.2 10h9.4M7.2 14h9.4M3.6 6h.2M3.6 10h.2M3.6 14h.2',
  lock: 'M5.4 9.2h9.2v7.4H5.4ZM7.2 9.2V6.7a2.8 2.8 0 0 1 5.6 0v2.5',
  next: 'm8 5.2 4.8 4.8L8 14.8',
  previous: 'M12 5.2 7.2 10l4.8 4.8',
  redo: 'M15.9 8.2a6.3 6.3 0 1 0 .3 3.4M16.4 3.8v4.5h-4.5',
  send: 'M10 16V4.6M5 9.4l5-4.9 5 4.9',
  unplug: 'm3.4 16.6 3-3M6 9l5 5-1.3 1.3a3.5 3.5 0 0 1-5-5ZM16.6 3.4l-3 3M14 11 9 6l1.3-1.3a3.5 3.5 0 0 1 5 5Z',
  up: 'M6.8 8.8v7.4H4.2a1 1 0 0 1-1-1V9.8a1 1 0 0 1 1-1ZM6.8 8.8l2.8-5.4a1.8 1.8 0 0 1 2.4 2L11.2 8h3.9a1.6 1.6 0 0 1 1.6 1.9l-.9 4.9a1.7 1.7 0 0 1-1.7 1.4H6.8',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg className="belay-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
