import { Button, Loader, Text, Title } from '@mantine/core';
import { type ReactNode, Suspense, useState } from 'react';

/** A chart and the same as a table. The chart is described in one sentence for those who do not see it. */
export function ChartPanel({
  title,
  about,
  summary,
  chart,
  table,
}: {
  title: string;
  about?: ReactNode;
  summary: string;
  chart: ReactNode;
  table: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section className="insight-panel" aria-label={title}>
      <div className="insight-panel-head">
        <Title order={2} size="h5">
          {title}
        </Title>
        <Button
          size="compact-sm"
          variant="default"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          As a table
        </Button>
      </div>
      {about && (
        <Text component="div" size="sm" c="dimmed" mb="xs">
          {about}
        </Text>
      )}
      {asTable ? (
        <div className="plain-table-frame" tabIndex={0} role="region" aria-label={`${title}, table`}>
          {table}
        </div>
      ) : (
        <Suspense fallback={<Loader className="chart-place" aria-label="Loading" />}>
          <div role="img" aria-label={`${title}: ${summary}`} className="chart-place">
            {chart}
          </div>
        </Suspense>
      )}
    </section>
  );
}
