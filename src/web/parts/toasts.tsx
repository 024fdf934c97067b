import { Button, CloseButton } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { closeToast, toastStore } from './notify.ts';

/** The corner where messages appear; read out by screen readers without taking the focus. */
export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, title, tone, action }) => (
        <div key={id} className="toast" data-tone={tone}>
          <div className="toast-text">
            {title && <strong>{title}</strong>}
            <span>{text}</span>
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
            </Button>
          )}
          <CloseButton aria-label="Close message" onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>
  );
}
