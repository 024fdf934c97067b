import { Alert, Button, Group, NativeSelect, Table, Text, Title } from '@mantine/core';
import type { BadRow, ImportPreview } from '../../crm/web-types.ts';
import { plural } from '../parts/words.ts';
import { badRowsCsv } from './bad-rows.ts';
import { valueText } from './values.ts';

const SHOWN = 100;

/** What an import would do, and everything that is wrong with the file. */
export function PreviewOf({
  preview,
  busy,
  onRemap,
}: {
  preview: ImportPreview;
  busy: boolean;
  onRemap: (columns: Record<string, string | null>) => void;
}) {
  const { name, rows, refused, bad, notes, sample } = preview;
  return (
    <section aria-label="Preview" aria-busy={busy}>
      <Text size="sm">
        {name}, {plural(rows, 'row')}. Nothing is written yet.
      </Text>
      <Counts
        counts={[
          ['new', preview.new],
          ['changed', preview.changed],
          ['unchanged', preview.unchanged],
          ['bad rows', refused],
        ]}
      />
      {bad.length > 0 && <BadRows bad={bad} refused={refused} name={name} />}
      <Columns preview={preview} busy={busy} onRemap={onRemap} />
      {notes.length > 0 && (
        <Alert color="blue" title="Kept as it is" mt="sm">
          <ul className="crm-list">
            {notes.map(({ row, message }) => (
              <li key={`${row} ${message}`}>
                Row {row}: {message.replace(/: --allow-loosen takes it back$/u, '')}
              </li>
            ))}
          </ul>
          An import never takes an opt-out or a disqualifier back.
        </Alert>
      )}
      {sample.length > 0 && (
        <>
          <Title order={3} size="h6" mt="sm">
            Would change, for example
          </Title>
          <div className="crm-scroll" tabIndex={0} role="region" aria-label="Changes">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Row</Table.Th>
                  <Table.Th>Record</Table.Th>
                  <Table.Th>Field</Table.Th>
                  <Table.Th>Before</Table.Th>
                  <Table.Th>After</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {sample.map(({ row, record, field, before, after }) => (
                  <Table.Tr key={`${row} ${field}`}>
                    <Table.Td>{row}</Table.Td>
                    <Table.Td>{record}</Table.Td>
                    <Table.Td>{field}</Table.Td>
                    <Table.Td>{valueText(before) || '–'}</Table.Td>
                    <Table.Td>{valueText(after) || '–'}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
    </section>
  );
}

export function Counts({ counts }: { counts: readonly (readonly [string, number])[] }) {
  return (
    <dl className="crm-counts">
      {counts.map(([what, count]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{count.toLocaleString()}</dd>
        </div>
      ))}
    </dl>
  );
}

function BadRows({ bad, refused, name }: { bad: readonly BadRow[]; refused: number; name: string }) {
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([badRowsCsv(bad)], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${name.replace(/\.csv$/iu, '')}-bad-rows.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Alert color="orange" mt="sm" title={`${plural(refused, 'row')} cannot be imported`}>
      <div className="crm-scroll" tabIndex={0} role="region" aria-label="Bad rows">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Row</Table.Th>
              <Table.Th>Field</Table.Th>
              <Table.Th>What is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bad.slice(0, SHOWN).map(({ row, field, message }) => (
              <Table.Tr key={`${row} ${field} ${message}`}>
                <Table.Td>{row}</Table.Td>
                <Table.Td>{field ?? '–'}</Table.Td>
                <Table.Td>{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Group mt="xs">
        {bad.length > SHOWN && <Text size="sm">The first {SHOWN} are shown.</Text>}
        <Button size="xs" variant="default" onClick={download}>
          Download all as CSV
        </Button>
      </Group>
    </Alert>
  );
}

function Columns({
  preview,
  busy,
  onRemap,
}: {
  preview: ImportPreview;
  busy: boolean;
  onRemap: (columns: Record<string, string | null>) => void;
}) {
  const said = Object.fromEntries(preview.columns.map(({ heading, field }) => [heading, field]));
  return (
    <>
      <Title order={3} size="h6" mt="sm">
        Columns
      </Title>
      <div className="crm-scroll" tabIndex={0} role="region" aria-label="Columns and first rows">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Row</Table.Th>
              {preview.columns.map(({ heading, field }) => (
                <Table.Th key={heading}>
                  <NativeSelect
                    size="xs"
                    miw={140}
                    label={heading}
                    value={field ?? ''}
                    disabled={busy}
                    data={[{ value: '', label: '(ignored)' }, ...preview.fields]}
                    onChange={(event) => {
                      const wanted = event.currentTarget.value;
                      onRemap({ ...said, [heading]: wanted === '' ? null : wanted });
                    }}
                  />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.first.map(({ row, cells }) => (
              <Table.Tr key={row}>
                <Table.Td>{row}</Table.Td>
                {cells.map((cell, i) => (
                  <Table.Td key={preview.columns[i]?.heading ?? i}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
