import '@mantine/core/styles/Progress.css';
import '@mantine/core/styles/Table.css';
import { Alert, Button, Group, Loader, NativeSelect, Stack, Text } from '@mantine/core';
import { type DragEvent, useRef, useState } from 'react';
import type { GridTable, ImportJobView, ImportKindName, ImportPreview } from '../../crm/web-types.ts';
import { api, failureText } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { plural } from '../parts/words.ts';
import { PreviewOf } from './import-preview.tsx';
import { ImportResult } from './import-result.tsx';

const KINDS: readonly ImportKindName[] = [
  'companies',
  'prospects',
  'suppressions',
  'commitments',
  'peers',
  'threads',
];

/** A file from the desk into the mirror: choose, look, import, and take back. Nothing is written before the last step. */
export default function ImportWizard({
  table,
  onClose,
  onChanged,
}: {
  table: GridTable;
  onClose: () => void;
  onChanged: () => void;
}) {
  const [kind, setKind] = useState<ImportKindName>(table);
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [job, setJob] = useState<ImportJobView | null>(null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      setTrouble(failureText(error));
    } finally {
      setBusy(false);
    }
  };
  const look = (chosen: File, as: ImportKindName): Promise<void> =>
    attempt(async () => {
      setFile(chosen);
      setPreview(null);
      setPreview(await api.upload<ImportPreview>(`/crm/import/${as}/preview`, chosen, { name: chosen.name }));
    });
  const remap = (columns: Record<string, string | null>): Promise<void> =>
    attempt(async () => {
      setPreview(await api.post<ImportPreview>(`/crm/import/${preview?.id}/columns`, { columns }));
    });
  const apply = (leaveOut: boolean): Promise<void> =>
    attempt(async () => {
      setJob(await api.post<ImportJobView>(`/crm/import/${preview?.id}/apply`, { leave_out_bad: leaveOut }));
    });
  const again = (): void => {
    setFile(null);
    setPreview(null);
    setJob(null);
    setTrouble(null);
  };

  return (
    <Dialog title={`Import ${kind}`} size="wide" closeOnClickOutside={false} onClose={onClose}>
      <Stack>
        {job ? (
          <ImportResult job={job} onJob={setJob} onChanged={onChanged} onAgain={again} onClose={onClose} />
        ) : (
          <>
            <NativeSelect
              label="What is in the file"
              value={kind}
              data={[...KINDS]}
              onChange={(event) => {
                const as = event.currentTarget.value as ImportKindName;
                setKind(as);
                if (file) void look(file, as);
              }}
            />
            {trouble !== null && (
              <Alert color="red" role="alert" title={preview ? 'Not done' : 'This file cannot be read'}>
                {trouble}
                {file && (
                  <Group mt="xs">
                    <Button size="xs" variant="default" onClick={() => void look(file, kind)}>
                      Read the file again
                    </Button>
                  </Group>
                )}
              </Alert>
            )}
            {busy && !preview && (
              <Group>
                <Loader size="sm" aria-label="Loading" /> Reading {file?.name} …
              </Group>
            )}
            {preview ? (
              <>
                <PreviewOf preview={preview} busy={busy} onRemap={(columns) => void remap(columns)} />
                <Actions
                  preview={preview}
                  busy={busy}
                  onApply={(leave) => void apply(leave)}
                  onAgain={again}
                />
              </>
            ) : (
              !busy && <DropZone onFile={(chosen) => void look(chosen, kind)} />
            )}
          </>
        )}
      </Stack>
    </Dialog>
  );
}

function Actions({
  preview,
  busy,
  onApply,
  onAgain,
}: {
  preview: ImportPreview;
  busy: boolean;
  onApply: (leaveOut: boolean) => void;
  onAgain: () => void;
}) {
  const { rows, refused, new: fresh, changed } = preview;
  const nothing = fresh + changed === 0;
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onAgain}>
        Choose another file
      </Button>
      {refused > 0 ? (
        <Button loading={busy} disabled={nothing} onClick={() => onApply(true)}>
          Import {plural(rows - refused, 'row')}, leave {refused} out
        </Button>
      ) : (
        <Button loading={busy} disabled={nothing} onClick={() => onApply(false)}>
          {nothing ? 'Nothing to import' : `Import ${plural(rows, 'row')}`}
        </Button>
      )}
    </Group>
  );
}

function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  return (
    <div
      className="crm-drop"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text>Drop a CSV file here, up to 50 MB.</Text>
      <Button data-autofocus onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv,text/plain"
        className="crm-hidden"
        tabIndex={-1}
        aria-label="CSV file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) onFile(file);
          event.currentTarget.value = '';
        }}
      />
      <Text size="sm" c="dimmed" maw={520}>
        The first row names the columns; spellings like “Email”, “Company Name” or “Employees” are understood.
        Nothing is written before you have seen what would change.
      </Text>
    </div>
  );
}
