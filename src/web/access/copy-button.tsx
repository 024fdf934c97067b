import { Button, type ButtonProps } from '@mantine/core';
import { tellDone, tellFailure } from '../parts/notify.ts';

/** Copies a text; not there where the browser allows no copying (plain http from another machine). */
export function CopyButton({ text, said, ...props }: ButtonProps & { text: string; said: string }) {
  if (!window.isSecureContext) return null;
  return (
    <Button
      {...props}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => tellDone(said),
          (error: unknown) => tellFailure(error, 'Not copied'),
        );
      }}
    >
      Copy
    </Button>
  );
}
