// What the charts share: a figure with its finding, its table and its values on hover or focus, drawn to the width it has.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from './controls.tsx';

/** The width of an element in pixels, and of its next redraw. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface FigureProps {
  readonly id?: string;
  readonly title: string;
  readonly finding?: string | undefined;
  readonly aside?: ReactNode;
  readonly table?: Table | undefined;
  readonly isOn?: boolean;
  readonly keyOf?: ReactNode;
  /** Draws at a width. `tip` shows a value at a place. */
  readonly draw: (width: number, tip: (at: Tip | undefined) => void) => ReactNode;
}

export interface Tip {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export function Figure({ id, title, finding, aside, table, isOn = false, keyOf, draw }: FigureProps) {
  const { ref, width } = useWidth();
  const [isTable, setTable] = useState(false);
  const [tip, setTip] = useState<Tip | undefined>();
  return (
    <figure className={`card chart ${isOn ? 'is-on' : ''}`} id={id} tabIndex={id ? -1 : undefined} aria-labelledby={id ? `${id}-title` : undefined}>
      <header>
        <h2 id={id ? `${id}-title` : undefined}>{title}</h2>
        {aside}
      </header>
      {finding && <p className="take">{finding}</p>}
      {!isTable && keyOf}
      {isTable && table ? (
        <div className="tablebox" tabIndex={0} role="region" aria-label={`${title} as a table`}>
          <table>
            <thead>
              <tr>
                {table.head.map((each) => (
                  <th key={each} scope="col">
                    {each}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((each, column) => (
                    <td key={column} className={typeof each === 'number' ? 'r num' : undefined}>
                      {each}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div className="plot" ref={ref} onPointerLeave={() => setTip(undefined)}>
          {width > 40 && draw(width, setTip)}
          {tip && (
            <span className="tip" role="status" style={{ left: Math.min(width - 60, Math.max(60, tip.x)), top: tip.y }}>
              {tip.text}
            </span>
          )}
        </div>
      )}
      {table && (
        <div className="foot">
          <Button kind="quiet" small aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? 'Show as chart' : 'Show as table'}
          </Button>
        </div>
      )}
    </figure>
  );
}

/** A mark that says its values: by pointer, and by keyboard. */
export function Mark({ label, x, y, tip, children }: { label: string; x: number; y: number; tip: (at: Tip | undefined) => void; children: ReactNode }) {
  const show = () => tip({ x, y, text: label });
  return (
    <g className="bar" tabIndex={0} role="img" aria-label={label} onPointerEnter={show} onFocus={show} onPointerLeave={() => tip(undefined)} onBlur={() => tip(undefined)}>
      {children}
    </g>
  );
}
