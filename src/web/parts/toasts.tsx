import { Button, CloseButton } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { frontDialog } from './front-dialog.ts';
import { closeToast, toastStore } from './notify.ts';

/** The corner where messages appear; read out by screen readers without taking the focus. It moves into the dialog in front. */
export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  const front = useSyncExternalStore(frontDialog.subscribe, frontDialog.snapshot);
  return createPortal(
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, title, tone, action, until }) => (
        <div key={id} className="toast" data-tone={tone}>
          <div className="toast-text">
            {title && <strong>{title}</strong>}
            <span>{text}</span>
            {until !== undefined && <Countdown until={until} />}
          </div>
          {action && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                closeToast(id);
                action.onClick();
              }}
            >
              {action.label}
              {action.hint && <kbd className="toast-hint">{action.hint}</kbd>}
            </Button>
          )}
          <CloseButton aria-label="Close message" onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>,
    front ?? document.body,
  );
}

/** Seconds left, with a bar; not read out, since it changes all the time. */
function Countdown({ until }: { until: number }) {
  const [start] = useState(() => Date.now());
  const [now, setNow] = useState(start);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, until - now);
  return (
    <span className="toast-countdown" aria-hidden="true">
      <span className="toast-bar" style={{ transform: `scaleX(${left / Math.max(1, until - start)})` }} />
      {Math.ceil(left / 1000)} s
    </span>
  );
}
