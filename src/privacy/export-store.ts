import type { Kysely } from 'kysely';
import { companiesBy } from '../crm/import-store.ts';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { prospectFromRow } from '../crm/records.ts';
import type { Finding } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';
import type { Person } from './person-store.ts';

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** What the tables hold about a person, without what is about others. */
export async function recordsOf(db: Kysely<Schema>, person: Person): Promise<Record<string, unknown>> {
  const { prospects, threads, threadMessages, commitments, suppressions } = person;
  const ids = prospects.map(({ id }) => id);
  const companies = await companiesBy(
    db,
    'id',
    prospects.map((one) => one.company_id),
  );
  const [record = null, ...others] = prospects.map((one) => ({
    ...prospectFromRow(one),
    company: companies.find(({ id }) => id === one.company_id)?.name ?? null,
  }));
  return {
    record,
    other_records: others,
    history: await historyOf(db, person),
    suppressions: suppressions.map(({ value, channel, reason, source, created_at }) => ({
      address: value,
      channel,
      reason,
      source,
      at: time(created_at),
    })),
    commitments,
    threads: threads.map(({ id, subject }) => ({
      id,
      subject,
      messages: threadMessages
        .filter(({ thread_id }) => thread_id === id)
        .map(({ at, direction, person: who, role, text }) => ({
          at: time(at),
          direction,
          person: who,
          role,
          text,
        })),
    })),
    peers_named: await db
      .selectFrom('peer_uses')
      .select(['name_key', 'at'])
      .where('prospect_id', 'in', ids)
      .execute(),
    hubspot: await hubSpotOf(db, person),
    mails: await mailsOf(db, person),
    provider_events: await db
      .selectFrom('provider_events')
      .select(['provider', 'kind', 'received_at', 'effect'])
      .where('address', 'in', person.keys)
      .orderBy('received_at')
      .execute(),
    opt_outs_passed_on: await db
      .selectFrom('write_backs')
      .select(['target', 'value', 'state', 'created_at', 'finished_at'])
      .where('kind', '=', 'address')
      .where('value', 'in', person.keys)
      .execute(),
    audit: await auditOf(db, person),
  };
}

async function historyOf(db: Kysely<Schema>, { prospects }: Person) {
  const rows = await db
    .selectFrom('revisions')
    .select(['at', 'actor', 'before', 'after'])
    .where('table_name', '=', 'prospects')
    .where(
      'record_id',
      'in',
      prospects.map(({ id }) => id),
    )
    .orderBy('id')
    .execute();
  return rows.map(({ at, actor, before, after }) => ({
    at: time(at),
    by: actorKind(actor),
    before: parsed(before),
    after: parsed(after),
  }));
}

async function hubSpotOf(db: Kysely<Schema>, { prospects }: Person) {
  const rows = await db
    .selectFrom('hubspot_links')
    .select(['hubspot_id', 'fields', 'stops', 'modified_at'])
    .where('object', '=', 'contacts')
    .where(
      'record_id',
      'in',
      prospects.map(({ id }) => id),
    )
    .execute();
  return rows.map(({ fields, stops, ...rest }) => ({
    ...rest,
    fields: parsed(fields),
    stops: parsed(stops),
  }));
}

async function mailsOf(db: Kysely<Schema>, { deliveries }: Person) {
  const mails = [];
  for (const delivery of deliveries) {
    const message = await db
      .selectFrom('messages')
      .select(['envelope_from', 'subject', 'received_at', 'message_id', 'text_removed_at'])
      .where('id', '=', delivery.message_id)
      .executeTakeFirstOrThrow();
    const texts = await db
      .selectFrom('draft_texts')
      .select(['revision', 'subject', 'body'])
      .where('message_id', '=', delivery.message_id)
      .orderBy('revision')
      .execute();
    const labels = await db
      .selectFrom('labels')
      .select(['at', 'right', 'act'])
      .where('delivery_id', '=', delivery.id)
      .orderBy('id')
      .execute();
    const comments = await db
      .selectFrom('review_comments')
      .select(['at', 'text'])
      .where('delivery_id', '=', delivery.id)
      .orderBy('id')
      .execute();
    const verdicts = await db
      .selectFrom('verdicts')
      .selectAll()
      .where('delivery_id', '=', delivery.id)
      .orderBy('id')
      .execute();
    const events = await db
      .selectFrom('events')
      .select(['type', 'created_at', 'state', 'body'])
      .where('delivery_id', '=', delivery.id)
      .orderBy('id')
      .execute();
    const attempts = await db
      .selectFrom('attempts')
      .select(['kind', 'upstream', 'started_at', 'finished_at', 'outcome', 'response'])
      .where('delivery_id', '=', delivery.id)
      .orderBy('id')
      .execute();
    mails.push({
      id: delivery.id,
      message: delivery.message_id,
      from: message.envelope_from,
      to: delivery.recipient,
      message_id: message.message_id,
      received_at: time(message.received_at),
      subject: message.subject,
      text_removed_at: time(message.text_removed_at),
      // The bytes name the other recipients; the texts are what the person saw.
      texts,
      state: delivery.state,
      decision: delivery.decision,
      hold_reason: delivery.hold_reason,
      note: delivery.note,
      verdicts: verdicts.map((row) => ({
        at: time(row.created_at),
        decision: row.decision,
        hold_reason: row.hold_reason,
        rationale: row.rationale,
        findings: (parsed(row.findings) as Finding[]).map(ownFinding),
        record_as_judged: ownSnapshot(parsed(row.prospect) as ProspectSnapshot | null),
        adapter: parsed(row.adapter),
      })),
      attempts,
      events: events.map(({ body, ...rest }) => ({
        ...rest,
        body: body.startsWith('{') ? parsed(body) : body,
      })),
      labels: labels.map((row) => ({ ...row, at: time(row.at) })),
      comments: comments.map((row) => ({ ...row, at: time(row.at) })),
    });
  }
  return mails;
}

/** Texts of other threads, which a leak is found by, are about others, and so may be commitments that hold for everybody. */
function ownSnapshot(snapshot: ProspectSnapshot | null) {
  if (snapshot === null) return null;
  const {
    foreign: _others,
    peers: _peers,
    commitments: _everybodys,
    account_owner: _owner,
    ...own
  } = snapshot;
  return own;
}

function ownFinding(finding: Finding): Finding {
  return finding.rule === 'thread_leak' ? { ...finding, rationale: '', fields: [] } : finding;
}

async function auditOf(db: Kysely<Schema>, { prospects, deliveries, messages }: Person) {
  const subjects = [...deliveries.map(({ id }) => id), ...messages, ...prospects.map(({ id }) => id)];
  if (subjects.length === 0) return [];
  const rows = await db
    .selectFrom('audit')
    .select(['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'])
    .where('subject_id', 'in', subjects)
    .orderBy('id')
    .execute();
  return rows.map(({ at, actor, detail, ...rest }) => ({
    ...rest,
    at: time(at),
    by: actorKind(actor),
    detail: withoutUsers(parsed(detail) as Record<string, unknown>),
  }));
}

/** Users are other people: what kind of actor it was is enough. */
function actorKind(actor: string): string {
  return actor.includes('@') ? 'a user' : actor.startsWith('cli') ? 'the command line' : actor;
}

/** Names of users, who are other people. */
function withoutUsers(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).filter(([name]) => !['by', 'person', 'assigned'].includes(name)),
  );
}

function parsed(json: string | null): unknown {
  return json === null ? null : (JSON.parse(json) as unknown);
}
