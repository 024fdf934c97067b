import { type ReactNode, useId, useRef } from 'react';

/**
 * A small menu by the browser's own popover: no positioning library in the first load. It opens below its button and inside
 * the window; its buttons and links close it.
 *
 * @param label what the button is called by screen readers, where its content is no text
 */
export function PopupMenu({
  button,
  label,
  className,
  onOpen,
  children,
}: {
  button: ReactNode;
  label?: string;
  /** Of the button, besides `popup-button`. */
  className?: string;
  onOpen?: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  return (
    <div className="popup">
      <button
        type="button"
        ref={opener}
        className={className ? `popup-button ${className}` : 'popup-button'}
        popoverTarget={id}
        aria-label={label}
      >
        {button}
      </button>
      <div
        id={id}
        ref={popover}
        popover="auto"
        className="popup-menu"
        onToggle={(event) => {
          if (event.newState !== 'open' || !opener.current) return;
          onOpen?.();
          place(event.currentTarget, opener.current);
        }}
        onClick={(event) => {
          if ((event.target as HTMLElement).closest('button, a')) popover.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </div>
  );
}

const GAP = 4;

function place(menu: HTMLElement, opener: HTMLElement): void {
  const { left, bottom, top } = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = bottom + GAP + height <= window.innerHeight || top < height;
  menu.style.inset = 'auto';
  menu.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - width - 3 * GAP))}px`;
  menu.style.top = `${Math.max(GAP, below ? bottom + GAP : top - GAP - height)}px`;
}
