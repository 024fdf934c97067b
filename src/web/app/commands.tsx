import { Suspense, lazy, useEffect, useState } from 'react';
import { commandFor, keyIsTaken } from '../parts/commands.ts';
import { useAccount } from './session.tsx';

const Palette = lazy(() => import('./palette.tsx'));
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'));

/** Runs commands by their keys, and opens the palette (Ctrl-K, ⌘K) and the sheet of shortcuts (?). */
export function CommandHost() {
  const { shortcuts } = useAccount();
  const [shown, setShown] = useState<'palette' | 'sheet' | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (
        (event.ctrlKey || event.metaKey) &&
        !event.shiftKey &&
        !event.altKey &&
        event.key.toLowerCase() === 'k'
      ) {
        event.preventDefault();
        setShown('palette');
        return;
      }
      if (!shortcuts || keyIsTaken(event)) return;
      if (event.key === '?') {
        event.preventDefault();
        setShown('sheet');
        return;
      }
      // A focused button or link keeps the keys that press it.
      if (event.key === 'Enter' && (event.target as Element).closest?.('a, button, summary, [role=tab]'))
        return;
      const command = commandFor(event.key);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    const open = (): void => setShown('palette');
    document.addEventListener('keydown', onKey);
    document.addEventListener(OPEN_PALETTE, open);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener(OPEN_PALETTE, open);
    };
  }, [shortcuts]);
  const close = (): void => setShown(null);
  return (
    <Suspense fallback={null}>
      {shown === 'palette' && <Palette onClose={close} />}
      {shown === 'sheet' && <ShortcutSheet onClose={close} />}
    </Suspense>
  );
}

const OPEN_PALETTE = 'presend:palette';

/** For the button that does what Ctrl-K does. */
export function openPalette(): void {
  document.dispatchEvent(new Event(OPEN_PALETTE));
}
