import { Text } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import './access.css';

/** The frame of pages before the app: signing in, setup, invitations. */
export function EntryFrame({
  title,
  about,
  children,
}: {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} – presend`;
  }, [title]);
  return (
    <main className="entry">
      <div className="entry-card">
        <p className="entry-brand">presend</p>
        <h1 className="entry-title">{title}</h1>
        {about && (
          <Text size="sm" c="dimmed" mb="md">
            {about}
          </Text>
        )}
        {children}
      </div>
    </main>
  );
}
