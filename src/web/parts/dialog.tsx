import { CloseButton } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';

/**
 * A dialog by the browser's own element: it keeps the focus inside, closes by Escape and gives the focus back, without a
 * library in the first load. Mounted = open.
 */
export function Dialog({
  title,
  children,
  footer,
  onClose,
  onKey,
  wide = false,
}: {
  title: string;
  children: ReactNode;
  footer?: ReactNode;
  onClose: () => void;
  /** Keys pressed outside text fields; return true when one was used. */
  onKey?: (key: string) => boolean;
  wide?: boolean;
}) {
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    // React reads autofocus its own way: the browser gives the focus to the first thing marked, else to the dialog.
    const back = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      element?.close();
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-wide={wide || undefined}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if ((event.target as Element).closest('textarea, input:not([type=radio], [type=checkbox]), select'))
          return;
        if (onKey?.(event.key)) event.preventDefault();
      }}
    >
      <div className="dialog-inside">
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
