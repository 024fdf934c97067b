import { Fragment, useState } from 'react';
import type { AdapterRecord, Finding } from '../../judge/verdict.ts';
import { type Decision, DECISIONS } from '../../message/types.ts';
import type { DeliveryView, EvidenceField } from '../../review/web-types.ts';
import { DECISION_WORD, plainName, reasonChip, reasonSentence } from '../parts/words.ts';
import { ReasonChip } from './reason-chip.tsx';

export interface ActiveFinding {
  finding: number | null;
  /** Whether the mail scrolls to it. */
  scroll: boolean;
}

/** Why the mail was stopped: each finding with its place in the mail and the record it rests on, as judged and today. */
export function WhyPanel({
  view,
  found,
  active,
  onActive,
}: {
  view: DeliveryView;
  /** Which findings the shown mail has a mark for; null: not known yet. */
  found: readonly boolean[] | null;
  active: ActiveFinding;
  onActive: (active: ActiveFinding) => void;
}) {
  const { verdict, item, mail } = view;
  if (!verdict)
    return <p className="aside-empty">It was not judged: {item.rationale ?? reasonChip(item.reason)}.</p>;
  const links = mail.draft.links.filter(({ text, href }) => misleading(text, href));
  return (
    <div className="why">
      {verdict.findings.length === 0 && (
        <div className="finding" data-decision={verdict.decision ?? 'doubt'}>
          <div className="finding-head">
            <ReasonChip reason={verdict.hold_reason ?? item.reason} decision={verdict.decision} />
            <span className="finding-decision">
              {verdict.decision ? DECISION_WORD[verdict.decision] : 'Doubt, not a decision'}
            </span>
          </div>
          <p>{verdict.rationale || (verdict.hold_reason && reasonSentence(verdict.hold_reason))}</p>
        </div>
      )}
      {verdict.findings.length > 0 && verdict.hold_reason && (
        <p className="why-doubt">
          <ReasonChip reason={verdict.hold_reason} decision={null} /> {verdict.rationale}
        </p>
      )}
      <ul className="findings" aria-label="Findings">
        {verdict.findings.map((finding, index) => (
          <FindingCard
            // A rule may have several findings; their order never changes.
            key={index}
            finding={finding}
            evidence={view.evidence}
            shown={found?.[index] ?? null}
            active={active.finding === index}
            onActive={(scroll) => onActive({ finding: index, scroll })}
            onLeave={() =>
              active.finding === index && !active.scroll && onActive({ finding: null, scroll: false })
            }
          />
        ))}
      </ul>
      <OtherEvidence evidence={view.evidence} findings={verdict.findings} />
      {verdict.adapter && <Adapter record={verdict.adapter} />}
      {(verdict.notices.length > 0 || mail.draft.hidden.length > 0 || links.length > 0) && (
        <section className="why-part">
          <h3>Worth knowing</h3>
          <ul className="notices">
            {verdict.notices.map(({ kind, detail }) => (
              <li key={kind + detail}>{detail}</li>
            ))}
            {mail.draft.hidden.map(({ reason, text }) => (
              <li key={reason + text}>
                Hidden text ({plainName(reason)}): <q>{clipped(text, 160)}</q>
              </li>
            ))}
            {links.map(({ text, href }) => (
              <li key={text + href}>
                The link “{clipped(text, 60)}” leads to <span className="address">{clipped(href, 120)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="why-versions">
        Rubric {verdict.rubric_version} · {verdict.adapter_version ?? 'rules alone'} · judged in{' '}
        {Math.round(verdict.latency_ms)} ms
      </p>
    </div>
  );
}

function FindingCard({
  finding,
  evidence,
  shown,
  active,
  onActive,
  onLeave,
}: {
  finding: Finding;
  evidence: readonly EvidenceField[];
  shown: boolean | null;
  active: boolean;
  onActive: (scroll: boolean) => void;
  onLeave: () => void;
}) {
  const body = finding.spans.some(({ part }) => part === 'body');
  return (
    <li
      className="finding"
      data-decision={finding.decision}
      data-active={active || undefined}
      onPointerEnter={(event) => event.pointerType === 'mouse' && onActive(false)}
      onPointerLeave={(event) => event.pointerType === 'mouse' && onLeave()}
    >
      <div className="finding-head">
        <ReasonChip reason={finding.rule} decision={finding.decision} />
        <span className="finding-decision">{DECISION_WORD[finding.decision]}</span>
        {!finding.enforced && <span className="tag">observed only</span>}
      </div>
      <p>{finding.rationale}</p>
      {finding.spans.length > 0 && (
        <ul className="spans">
          {finding.spans.map((span) => (
            <li key={`${span.part}${span.start}`}>
              <button
                type="button"
                className="span"
                onFocus={() => onActive(true)}
                onClick={() => onActive(true)}
                title="Show it in the mail"
              >
                {span.part === 'subject' && <span className="span-part">Subject: </span>}“
                {clipped(span.text, 140)}”
              </button>
            </li>
          ))}
        </ul>
      )}
      {body && shown === false && (
        <p className="finding-unshown">Not found in the HTML view; the text view has it.</p>
      )}
      {finding.fields.length > 0 && (
        <Fields
          fields={finding.fields.map(
            ({ field, value }) =>
              evidence.find((one) => one.field === field) ?? {
                field,
                as_judged: value,
                today: null,
                changed: false,
                comparable: false,
              },
          )}
        />
      )}
    </li>
  );
}

function OtherEvidence({
  evidence,
  findings,
}: {
  evidence: readonly EvidenceField[];
  findings: readonly Finding[];
}) {
  const named = new Set(findings.flatMap(({ fields }) => fields.map(({ field }) => field)));
  const rest = evidence.filter(({ field }) => !named.has(field));
  if (rest.length === 0) return null;
  return (
    <section className="why-part">
      <h3>CRM record</h3>
      <Fields fields={rest} />
    </section>
  );
}

function Fields({ fields }: { fields: readonly EvidenceField[] }) {
  return (
    <table className="fields">
      <thead>
        <tr>
          <th scope="col">CRM field</th>
          <th scope="col">As judged</th>
          <th scope="col">Today</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ field, as_judged, today, changed, comparable }) => (
          <tr key={field} data-changed={changed || undefined}>
            <th scope="row">{breakable(field)}</th>
            <td>
              <Value value={as_judged} />
            </td>
            <td>
              {changed ? (
                <>
                  <Value value={today} /> <span className="changed">changed</span>
                </>
              ) : (
                <span
                  className="same"
                  title={comparable ? undefined : 'It came from the draft, not from the record alone.'}
                >
                  {comparable ? 'same' : '–'}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A field's name that may be broken after its underscores. */
function breakable(name: string) {
  return name.split(/(?<=_)/u).map((part) => (
    <Fragment key={part}>
      {part}
      <wbr />
    </Fragment>
  ));
}

function Value({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = shownValue(value);
  if (text.length <= 120 || whole) return text;
  return (
    <>
      {clipped(text, 110)}{' '}
      <button type="button" className="link-button" onClick={() => setWhole(true)}>
        all
      </button>
    </>
  );
}

/** A CRM value as a person reads it. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'number') return value.toLocaleString();
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shownValue).join(', ');
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${shownValue(one)}`)
    .join('; ');
}

function Adapter({ record }: { record: AdapterRecord }) {
  return (
    <section className="why-part">
      <h3>Adapter{record.mode === 'shadow' && <span className="tag">shadow: decides nothing</span>}</h3>
      {record.rationale && <p>{record.rationale}</p>}
      <dl className="bars">
        {DECISIONS.map((decision: Decision) => {
          const share = record.probabilities[decision];
          return (
            <div key={decision} className="bar" data-chosen={record.decision === decision || undefined}>
              <dt>{DECISION_WORD[decision]}</dt>
              <dd>
                <span className="bar-track" aria-hidden="true">
                  <span className="bar-fill" style={{ width: `${share * 100}%` }} />
                </span>
                <span className="bar-number">{(share * 100).toFixed(1)} %</span>
              </dd>
            </div>
          );
        })}
      </dl>
      <p className="why-versions">
        {record.version} ·{' '}
        {record.decision ? `says ${DECISION_WORD[record.decision]}` : 'not sure enough of any'} ·{' '}
        {Math.round(record.latency_ms)} ms
        {record.trimmed.length > 0 && ` · left out of its prompt: ${record.trimmed.join(', ')}`}
      </p>
    </section>
  );
}

/** Whether a link's text names another host than it leads to. */
function misleading(text: string, href: string): boolean {
  const named = /^(?:https?:\/\/)?((?:[a-z0-9-]+\.)+[a-z]{2,})/iu.exec(text.trim())?.[1]?.toLowerCase();
  if (!named || !URL.canParse(href)) return false;
  const host = new URL(href).hostname;
  return host !== named && host !== `www.${named}` && `www.${host}` !== named;
}

function clipped(text: string, length: number): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
