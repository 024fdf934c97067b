import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

/** One step of the checklist. */
export function Step({ title, done, children }: { title: string; done: boolean; children: ReactNode }) {
  return (
    <section className="access-step">
      <div className="access-step-head">
        <h2>{title}</h2>
        <Badge variant="light" color={done ? 'green' : 'gray'} tt="none" style={{ flex: 'none' }}>
          {done ? 'done' : 'to do'}
        </Badge>
      </div>
      {children}
    </section>
  );
}
