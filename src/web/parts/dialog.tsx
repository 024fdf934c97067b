import { CloseButton } from '@mantine/core';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { useBehindSignIn } from '../app/session.tsx';
import './dialog.css';
import { putInFront } from './front-dialog.ts';

/**
 * A dialog by the browser's own element: it keeps the focus inside, closes by Escape and gives the focus back, without a
 * library in the first load. Mounted = open, except behind the sign-in of a session that ended: a modal dialog would lock that.
 */
export function Dialog({
  title,
  children,
  footer,
  onClose,
  onKey,
  onSubmit,
  size = 'narrow',
  closeOnClickOutside = true,
}: {
  title: string;
  children: ReactNode;
  footer?: ReactNode;
  onClose: () => void;
  /** Keys pressed outside text fields; return true when one was used. */
  onKey?: (key: string) => boolean;
  /** By Ctrl+Enter, wherever the focus is in the dialog. */
  onSubmit?: () => void;
  size?: 'narrow' | 'medium' | 'wide';
  /** Off where a slip would lose what cannot be had again. */
  closeOnClickOutside?: boolean;
}) {
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const pressedOutside = useRef(false);
  const behind = useBehindSignIn();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (behind || !element) return undefined;
    // React reads autofocus its own way: the browser gives the focus to the first thing marked, else to the dialog.
    const back = document.activeElement;
    element.showModal();
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    const takeAway = putInFront(element);
    return () => {
      takeAway();
      element.close();
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    };
  }, [behind]);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-size={size}
      aria-labelledby={heading}
      onCancel={(event) => {
        // A file input tells of a choice not made by the same event.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      // Text selected with the mouse may end outside: only a click that begins there closes.
      onPointerDown={(event) => {
        pressedOutside.current = event.target === dialog.current;
      }}
      onClick={(event) => {
        if (closeOnClickOutside && pressedOutside.current && event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => {
        if (onSubmit && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          onSubmit();
          return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if ((event.target as Element).closest('textarea, input:not([type=radio], [type=checkbox]), select'))
          return;
        if (onKey?.(event.key)) event.preventDefault();
      }}
    >
      <div>
        <header className="dialog-header">
          <h2 id={heading}>{title}</h2>
          <CloseButton aria-label="Close" onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        {footer && <footer className="dialog-footer">{footer}</footer>}
      </div>
    </dialog>
  );
}
