import type { Commitment } from '../../crm/prospect.ts';
import type { BlindMail, BlindRecord } from '../../kill-switch/spot-check/web-types.ts';
import type { ThreadEntry } from '../../review/web-types.ts';
import { RecordPanel, shownFields } from '../insight/verdict-panel.tsx';
import { Section, Thread } from '../review/context-parts.tsx';
import { MailText } from '../review/mail-text.tsx';
import { ShownTime } from '../parts/shown-time.tsx';

const NOTHING_FOUND: never[] = [];
const NOTHING_ACTIVE = { finding: null, scroll: false };

/** The mail as the judge read it, without anything it found. */
export function BlindMailPanel({ mail }: { mail: BlindMail }) {
  return (
    <section className="spot-mail" aria-label="The mail">
      <dl className="spot-head">
        <dt>From</dt>
        <dd>{mail.from || '<>'}</dd>
        <dt>To</dt>
        <dd>{mail.to}</dd>
        <dt>Received</dt>
        <dd>
          <ShownTime at={mail.received_at} />
        </dd>
        {mail.attachments.length > 0 && (
          <>
            <dt>Attached</dt>
            <dd>{mail.attachments.join(', ')}</dd>
          </>
        )}
      </dl>
      <MailText draft={mail} findings={NOTHING_FOUND} active={NOTHING_ACTIVE} />
    </section>
  );
}

/** The record as it was judged: fields, thread, commitments, what else the CRM mirror knows. */
export function BlindRecordPanel({ record }: { record: BlindRecord }) {
  const { commitments, thread, foreign, peers } = record;
  const facts = { ...record, commitments: [] };
  return (
    <aside className="spot-record" aria-label="The record as it was judged">
      <Section title="Thread so far" count={thread.length} open={thread.length > 0}>
        <Thread
          entries={thread.map((one) => ({ ...entry(one), thread_id: one.threadId }))}
          empty="Nothing was written to or by this recipient before."
        />
      </Section>
      <Section title="Commitments" count={commitments.length} open={commitments.length > 0}>
        {commitments.length === 0 ? (
          <p className="aside-empty">None.</p>
        ) : (
          <ul className="spot-list">
            {commitments.map((one) => (
              <li key={JSON.stringify(one)}>{commitmentWords(one)}</li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Fields" count={shownFields(facts).length} open>
        <RecordPanel record={facts} />
      </Section>
      <Section title="Other threads" count={foreign.length}>
        <Thread
          entries={foreign.map((one, i) => ({
            thread_id: `${one.threadId ?? one.source} ${i}`,
            direction: one.direction ?? 'in',
            person: one.source,
            role: null,
            at: one.at === undefined ? 0 : Date.parse(one.at),
            text: one.text,
          }))}
          empty="No other thread was compared."
        />
      </Section>
      <Section title="Peer companies known" count={peers.length}>
        {peers.length === 0 ? (
          <p className="aside-empty">None.</p>
        ) : (
          <ul className="spot-list">
            {peers.map(({ name, city, industry, timesUsed }) => (
              <li key={`${name} ${city} ${industry}`}>
                {[name, city, industry].filter(Boolean).join(', ')} · named to {timesUsed} others
              </li>
            ))}
          </ul>
        )}
      </Section>
    </aside>
  );
}

function entry({
  direction,
  person,
  role,
  at,
  text,
}: BlindRecord['thread'][number]): Omit<ThreadEntry, 'thread_id'> {
  return { direction, person, role, at: Date.parse(at), text };
}

function commitmentWords({ subject, type, starts, ends, note }: Commitment): string {
  const time = `${starts ?? 'already running'} to ${ends ?? 'open'}`;
  return `${subject}: ${type.replaceAll('_', ' ')}, ${time}${note === null ? '' : ` – ${note}`}`;
}
