import { VisuallyHidden } from '@mantine/core';
import { useEffect } from 'react';
import { HeldQueue } from '../review/held-queue.tsx';

export default function QueuePage() {
  useEffect(() => {
    document.title = 'Held queue – presend';
  }, []);
  return (
    <>
      {/* The tab says it already; a heading more would push the list down. */}
      <VisuallyHidden component="h1">Held queue</VisuallyHidden>
      <HeldQueue />
    </>
  );
}
