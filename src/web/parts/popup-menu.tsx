import { type ReactNode, useId, useRef } from 'react';

/**
 * A small menu by the browser's own popover: no positioning library in the first load. Its items close it.
 *
 * @param label what the button is called by screen readers, where its content is no text
 */
export function PopupMenu({
  button,
  label,
  children,
}: {
  button: ReactNode;
  label?: string;
  children: ReactNode;
}) {
  const id = useId();
  const popover = useRef<HTMLDivElement>(null);
  return (
    <div className="popup">
      <button type="button" className="popup-button" popoverTarget={id} aria-label={label}>
        {button}
      </button>
      <div
        id={id}
        ref={popover}
        popover="auto"
        className="popup-menu"
        onClick={(event) => {
          if ((event.target as HTMLElement).closest('button, a')) popover.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </div>
  );
}
