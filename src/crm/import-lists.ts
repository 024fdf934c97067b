import { UserError } from '../config/user-error.ts';
import { addressKey, isFreemail } from './address.ts';
import { optional, parseDate, parseSuppressed } from './fields.ts';
import { ERASED_NOTE, erasedAmong } from './erased-store.ts';
import { type ImportKind, type Planned, type RowMessage, readRows } from './import-plan.ts';
import { commitmentsBy, peersBy, prospectsBy, suppressionsBy } from './import-store.ts';
import { peerRow } from './list-store.ts';
import { nameKey } from './names.ts';
import type { Row } from './revision-store.ts';
import { suppressionTarget } from './suppression-store.ts';

const ADDRESS = ['address', 'email', 'email_address', 'e_mail', 'mail'];
const DOMAIN = ['domain', 'domain_name'];
const CHANNEL = ['channel', 'channels', 'opt_out_channels', 'opt_outs'];
const REASON = ['reason', 'note', 'notes'];

/** Suppressions: an address or a domain, and the channels (all, unless given). They only ever add. */
export const suppressionsImport: ImportKind = {
  columns: [
    ['address', [...ADDRESS, 'value']],
    ['domain', DOMAIN],
    ['channel', CHANNEL],
    ['reason', REASON],
    ['source', ['source']],
    ['kind', ['kind']],
  ],
  needs: [[...ADDRESS, ...DOMAIN, 'value']],
  plan: async (db, rows, options) => {
    const { good, errors } = await readRows(
      rows,
      (cells) => {
        const named = cells.text(...ADDRESS, 'value');
        const domain = cells.text(...DOMAIN) ?? '';
        // Only a domain column may leave the @ out: a mistyped address must not become a domain.
        const target = suppressionTarget(named ?? (domain.startsWith('@') ? domain : `@${domain}`));
        if (target.kind === 'domain' && isFreemail(target.value)) {
          throw new UserError(
            `${target.value} is a provider of personal mailboxes: name single addresses there`,
          );
        }
        return {
          target,
          channels: cells.get(CHANNEL, parseSuppressed) ?? ['all'],
          reason: cells.text(...REASON) ?? null,
          source: cells.text('source') ?? 'import',
        };
      },
      options,
    );
    const key = (s: { kind: string; value: string; channel: string }): string =>
      `${s.kind} ${s.value} ${s.channel}`;
    const known = await suppressionsBy(
      db,
      good.map(({ value }) => value.target.value),
    );
    const before = new Map(known.map((row) => [key(row), row]));
    const records = new Map<string, Planned>();
    const erased = await erasedAmong(
      db,
      good.map(({ value }) => (value.target.kind === 'address' ? value.target.value : null)),
    );
    const notes: RowMessage[] = [];
    for (const { row, value } of good) {
      if (erased.has(value.target.value)) {
        notes.push({ row, message: ERASED_NOTE });
        continue;
      }
      for (const channel of value.channels) {
        const wanted = { ...value.target, channel };
        const old = before.get(key(wanted)) ?? null;
        const columns = old
          ? {}
          : { ...wanted, reason: value.reason, source: value.source, created_at: options.at };
        const label = `${value.target.kind === 'domain' ? '@' : ''}${value.target.value}`;
        if (!records.has(key(wanted)))
          records.set(key(wanted), { row, table: 'suppressions', label, before: old, columns });
      }
    }
    return { records: [...records.values()], errors, notes };
  },
};

const SUBJECT = ['subject', 'person', 'team', 'who'];
const STARTS = ['starts', 'start', 'start_date', 'from'];
const ENDS = ['ends', 'end', 'end_date', 'until', 'to'];
const PROSPECT = ['prospect', ...ADDRESS, 'prospect_id'];

/** Commitments: of a prospect (by address or id), or general ones where that cell is empty. */
export const commitmentsImport: ImportKind = {
  columns: [
    ['subject', SUBJECT],
    ['prospect', PROSPECT],
    ['starts', STARTS],
    ['ends', ENDS],
    ['type', ['type']],
    ['note', ['note', 'notes']],
  ],
  needs: [SUBJECT],
  plan: async (db, rows, options) => {
    const { good, errors } = await readRows(
      rows,
      (cells) => {
        const fields = {
          subject: cells.need(...SUBJECT),
          starts: cells.get(STARTS, parseDate) ?? null,
          ends: cells.get(ENDS, parseDate) ?? null,
          type: cells.text('type') ?? 'reserved',
          note: cells.get(['note', 'notes'], optional) ?? null,
        };
        if (fields.starts !== null && fields.ends !== null && fields.ends < fields.starts) {
          throw new UserError(`ends ${fields.ends} is before starts ${fields.starts}`);
        }
        return { fields, prospect: cells.text(...PROSPECT) ?? null };
      },
      options,
    );
    const people = good.map(({ value }) => value.prospect);
    const byAddress = await prospectsBy(
      db,
      'address_key',
      people.map((text) => text && addressKey(text)),
    );
    const byId = await prospectsBy(db, 'id', people);
    const ids = new Map([
      ...byAddress.map((p) => [p.address_key, p.id] as const),
      ...byId.map((p) => [p.id, p.id] as const),
    ]);
    const key = (c: Pick<Row<'commitments'>, 'prospect_id' | 'subject' | 'type' | 'starts'>): string =>
      JSON.stringify([c.prospect_id, nameKey(c.subject) || c.subject, c.type, c.starts]);
    const before = new Map((await commitmentsBy(db, ids.values())).map((row) => [key(row), row]));
    const records = new Map<string, Planned>();
    for (const { row, value } of good) {
      const { prospect, fields } = value;
      const id = prospect === null ? null : ids.get(addressKey(prospect) ?? prospect);
      if (id === undefined) {
        errors.push({ row, message: `there is no prospect ${prospect}: import prospects first` });
        continue;
      }
      const wanted = { prospect_id: id, ...fields };
      const old = before.get(key(wanted)) ?? null;
      if (records.has(key(wanted)))
        errors.push({ row, message: `the commitment of ${fields.subject} is in an earlier row too` });
      else
        records.set(key(wanted), {
          row,
          table: 'commitments',
          label: fields.subject,
          before: old,
          columns: wanted,
        });
    }
    return { records: [...records.values()], errors, notes: [] };
  },
};

const PEER = ['name', 'peer', 'company', 'company_name'];
const CITY = ['city', 'town', 'location'];
const INDUSTRY = ['industry', 'sector', 'vertical'];

/** Peer companies: name, city, industry. A name stands for one peer. */
export const peersImport: ImportKind = {
  columns: [
    ['name', PEER],
    ['city', CITY],
    ['industry', INDUSTRY],
  ],
  needs: [PEER],
  plan: async (db, rows, options) => {
    const { good, errors } = await readRows(
      rows,
      (cells) =>
        peerRow({
          name: cells.need(...PEER),
          city: cells.get(CITY, optional) ?? null,
          industry: cells.get(INDUSTRY, optional) ?? null,
        }),
      options,
    );
    const before = new Map(
      (
        await peersBy(
          db,
          good.map(({ value }) => value.name_key),
        )
      ).map((row) => [row.name_key, row]),
    );
    const records = new Map<string, Planned>();
    for (const { row, value } of good) {
      const old = before.get(value.name_key) ?? null;
      const columns = old
        ? Object.fromEntries(
            Object.entries(value).filter(([field, cell]) => cell !== null && !field.startsWith('name')),
          )
        : { ...value };
      if (records.has(value.name_key))
        errors.push({ row, message: `peer ${value.name} is in an earlier row too` });
      else records.set(value.name_key, { row, table: 'peers', label: value.name, before: old, columns });
    }
    return { records: [...records.values()], errors, notes: [] };
  },
};
