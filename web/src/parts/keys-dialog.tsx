import { setSingleKeys, shortcuts, singleKeys } from '../lib/keys.ts';
import { Store, useStore } from '../lib/store.ts';
import { Dialog } from './controls.tsx';

export const keysDialog = new Store(false);

export function KeysDialog() {
  const isOpen = useStore(keysDialog);
  const single = useStore(singleKeys);
  if (!isOpen) return null;
  return (
    <Dialog title="All keys" close={() => keysDialog.set(false)}>
      <dl className="keys">
        {shortcuts.map(({ keys, what }) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label className="check-line">
        <input type="checkbox" checked={single} onChange={(event) => setSingleKeys(event.target.checked)} />
        Single letters are shortcuts outside text fields
      </label>
    </Dialog>
  );
}
