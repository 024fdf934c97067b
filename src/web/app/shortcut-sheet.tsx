import { Fragment } from 'react';
import { type Command, byGroup, commandsNow } from '../parts/commands.ts';
import { Dialog } from '../parts/dialog.tsx';
import './shortcut-sheet.css';

const ALWAYS: Command[] = [
  {
    id: 'palette',
    label: 'Pages, acts and search',
    keys: ['Ctrl K', '⌘ K'],
    group: 'Everywhere',
    run: () => {},
  },
  { id: 'help', label: 'This sheet', keys: ['?'], group: 'Everywhere', run: () => {} },
];

/** All keys that do something on the page as it is now. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const groups = byGroup([...commandsNow().filter(({ keys }) => keys?.length), ...ALWAYS]);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} size="wide">
      <div className="shortcuts">
        {[...groups].map(([group, commands]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands.map(({ id, label, keys = [] }) => (
                <div key={id}>
                  <dt>{label}</dt>
                  <dd>
                    {keys.map((key, index) => (
                      <Fragment key={key}>
                        {index > 0 && ' or '}
                        <kbd>{KEY_NAMES[key] ?? key}</kbd>
                      </Fragment>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="shortcuts-note">Shortcuts can be turned off under “Your account”.</p>
    </Dialog>
  );
}

const KEY_NAMES: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};
