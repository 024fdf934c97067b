import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeliveryView } from '../../review/web-types.ts';
import { api } from '../app/api.ts';
import { Trouble } from '../parts/trouble.tsx';
import { calls } from './calls.ts';
import { MailFrame } from './mail-frame.tsx';
import { MailText } from './mail-text.tsx';
import type { ActiveFinding } from './why-panel.tsx';

export type MailTab = 'mail' | 'text' | 'headers' | 'raw' | 'attachments';

const NO_FINDINGS: never[] = [];

/** The mail in its forms: as shown, as judged, its headers, its bytes, its attachments. */
export function MailPanel({
  view,
  tab,
  onTab,
  active,
  onFound,
}: {
  view: DeliveryView;
  tab: MailTab;
  onTab: (tab: MailTab) => void;
  active: ActiveFinding;
  onFound: (found: boolean[] | null) => void;
}) {
  const { mail, item } = view;
  const findings = view.verdict?.findings ?? NO_FINDINGS;
  const [blocked, setBlocked] = useState(0);
  const [remote, setRemote] = useState(false);
  const [of, setOf] = useState(item.id);
  if (of !== item.id) {
    // Asked for one mail is not asked for the next.
    setOf(item.id);
    setRemote(false);
    setBlocked(0);
  }
  const tabs: { id: MailTab; text: string }[] = [
    { id: 'mail', text: 'Mail' },
    ...(mail.html === null ? [] : [{ id: 'text' as const, text: 'Text' }]),
    { id: 'headers', text: 'Headers' },
    { id: 'raw', text: 'Raw' },
    { id: 'attachments', text: `Attachments ${mail.attachments.length}` },
  ];
  const shown = tabs.some(({ id }) => id === tab) ? tab : 'mail';
  const html = shown === 'mail' && mail.html !== null;
  return (
    <section className="mail" aria-label="The mail">
      <div className="tabs" role="tablist" aria-label="Forms of the mail">
        {tabs.map(({ id, text }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === shown}
            aria-controls="mail-panel"
            tabIndex={id === shown ? 0 : -1}
            onClick={() => onTab(id)}
            onKeyDown={(event) => {
              const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
              if (step === 0) return;
              event.preventDefault();
              const next = tabs[(tabs.findIndex((one) => one.id === id) + step + tabs.length) % tabs.length];
              if (!next) return;
              onTab(next.id);
              document.getElementById(`tab-${next.id}`)?.focus();
            }}
          >
            {text}
          </button>
        ))}
      </div>
      <div id="mail-panel" role="tabpanel" aria-labelledby={`tab-${shown}`} className="mail-panel">
        {mail.html !== null && (
          // Stays mounted: the next mail is then shown at once.
          <div hidden={!html}>
            {blocked > 0 && !remote && (
              <div className="mail-remote">
                <span>
                  {blocked} {blocked === 1 ? 'picture' : 'pictures'} from elsewhere{' '}
                  {blocked === 1 ? 'is' : 'are'} not loaded, so that nobody learns it was opened.
                </span>
                <Button size="xs" variant="default" onClick={() => setRemote(true)}>
                  Show pictures
                </Button>
              </div>
            )}
            <MailFrame
              id={item.id}
              mail={mail}
              findings={findings}
              active={active}
              remote={remote}
              onBlocked={setBlocked}
              onFound={onFound}
            />
          </div>
        )}
        {((shown === 'mail' && mail.html === null) || shown === 'text') && (
          <MailText draft={mail.draft} findings={findings} active={active} />
        )}
        {shown === 'headers' && (
          <table className="headers">
            <tbody>
              {mail.headers.map(({ name, value }, index) => (
                // Headers repeat and are in order.
                <tr key={index}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {shown === 'raw' && <Raw id={item.id} revision={mail.revision} size={mail.size} />}
        {shown === 'attachments' && <Attachments id={item.id} mail={mail} />}
      </div>
    </section>
  );
}

/** More than that is for a file, not for a page. */
const MOST_SHOWN = 300_000;

function Raw({ id, revision, size }: { id: string; revision: number; size: number }) {
  const url = calls.rawUrl(id, revision);
  const raw = useQuery({
    queryKey: ['raw', id, revision],
    queryFn: () => api.text(url),
    staleTime: Infinity,
  });
  return (
    <div className="raw">
      <a href={url} download={`${id}.eml`}>
        Download as it is ({bytes(size)})
      </a>
      {raw.isError && <Trouble error={raw.error} onRetry={() => void raw.refetch()} />}
      {raw.data !== undefined && (
        <>
          <pre tabIndex={0} aria-label="Raw message">
            {raw.data.slice(0, MOST_SHOWN)}
          </pre>
          {raw.data.length > MOST_SHOWN && <p>The rest is in the download.</p>}
        </>
      )}
    </div>
  );
}

function Attachments({ id, mail }: { id: string; mail: DeliveryView['mail'] }) {
  if (mail.attachments.length === 0) return <p className="aside-empty">The mail has no attachments.</p>;
  return (
    <ul className="attachments">
      {mail.attachments.map((one) => (
        <li key={one.index}>
          <a
            href={calls.attachmentUrl(id, one.index, mail.revision)}
            download={one.filename ?? `attachment-${one.index}`}
          >
            {one.filename ?? `Attachment ${one.index + 1}`}
          </a>
          <span>
            {one.content_type}, {bytes(one.size)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function bytes(size: number): string {
  if (size < 1000) return `${size} bytes`;
  return size < 1_000_000 ? `${Math.round(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
