import type { ReactElement } from 'react';
import { IconButton } from './Button.js';

export interface BranchesProps {
  id: string;
  siblings: readonly string[];
  isDisabled: boolean;
  onChoose: (id: string) => void;
}

/** The versions of a message: `‹ 2 / 3 ›`. */
export function Branches({ id, siblings, isDisabled, onChoose }: BranchesProps): ReactElement {
  const at = siblings.indexOf(id);
  const previous = siblings[at - 1];
  const next = siblings[at + 1];
  return (
    <span className="belay-branches">
      <IconButton
        icon="previous"
        label="Previous version"
        disabled={isDisabled || !previous}
        onClick={() => previous && onChoose(previous)}
      />
      <span>
        <span className="belay-hidden">Version </span>
        {at + 1} / {siblings.length}
      </span>
      <IconButton icon="next" label="Next version" disabled={isDisabled || !next} onClick={() => next && onChoose(next)} />
    </span>
  );
}
