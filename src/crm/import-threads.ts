import { UserError } from '../config/user-error.ts';
import { addressKey } from './address.ts';
import { needed, parseTime } from './fields.ts';
import { type Cells, type ImportKind, type Planned, readRows } from './import-plan.ts';
import { prospectsBy, threadsBy } from './import-store.ts';
import { addThreadMessage, type Fingerprint, type NewThreadMessage, sameMessage } from './thread-store.ts';

const THREAD = ['thread_id', 'thread', 'conversation_id'];
const PROSPECT = ['address', 'email', 'email_address', 'prospect', 'prospect_id', 'contact'];
const DIRECTION = ['direction', 'type'];
const TIME = ['at', 'date', 'time', 'sent_at', 'timestamp'];
const TEXT = ['text', 'body', 'message', 'content'];
const MESSAGE_ID = ['message_id'];
const PERSON = ['person', 'name', 'from'];
const ROLE = ['role', 'title'];

/** Thread messages, one a row. Messages are history: one that is there already is never changed. */
export function threadsImport(fingerprint: Fingerprint): ImportKind {
  return {
    columns: [
      ['thread_id', THREAD],
      ['address', PROSPECT],
      ['direction', DIRECTION],
      ['at', TIME],
      ['text', TEXT],
      ['message_id', MESSAGE_ID],
      ['person', PERSON],
      ['role', ROLE],
      ['subject', ['subject']],
    ],
    needs: [THREAD, PROSPECT, DIRECTION, TIME, TEXT],
    plan: async (db, rows, options) => {
      const { good, errors } = await readRows(rows, readMessage, options);
      const people = good.map(({ value }) => value.prospect);
      const found = [
        ...(await prospectsBy(db, 'address_key', people.map(addressKey))).map(
          (p) => [p.address_key, p] as const,
        ),
        ...(await prospectsBy(db, 'id', people)).map((p) => [p.id, p] as const),
      ];
      const prospects = new Map(found);
      const threads = await threadsBy(
        db,
        good.map(({ value }) => value.message.threadId),
      );
      const ownerOf = new Map(threads.map((thread) => [thread.id, thread.prospect_id]));
      const records: Planned[] = [];
      for (const { row, value } of good) {
        const prospect = prospects.get(addressKey(value.prospect) ?? value.prospect);
        if (!prospect) {
          errors.push({ row, message: `there is no prospect ${value.prospect}: import prospects first` });
          continue;
        }
        const { threadId } = value.message;
        const owner = ownerOf.get(threadId) ?? prospect.id;
        if (owner !== prospect.id) {
          errors.push({ row, message: `thread ${threadId} is of another prospect (${owner})` });
          continue;
        }
        ownerOf.set(threadId, owner);
        const message: NewThreadMessage = {
          ...value.message,
          prospectId: prospect.id,
          companyId: prospect.company_id,
          person: value.message.person ?? prospect.name,
          role: value.message.role ?? prospect.recipient_role,
        };
        const known = (await sameMessage(db, message)) !== null;
        records.push({
          row,
          table: 'thread_messages',
          label: `message of ${threadId}`,
          // What is there already has nothing to change.
          before: known ? NOTHING : null,
          columns: {},
          apply: async (trx, change) => {
            await addThreadMessage(trx, message, fingerprint, change);
          },
        });
      }
      return { records, errors, notes: [] };
    },
  };
}

/** Stands for a message that is there: no column of it is compared. */
const NOTHING = {} as NonNullable<Planned['before']>;

function readMessage(cells: Cells) {
  const id = cells.text(...MESSAGE_ID);
  const at = cells.get(TIME, parseTime);
  if (at === undefined && cells.problems.length === 0) throw new UserError('at is missing');
  return {
    prospect: cells.need(...PROSPECT),
    message: {
      threadId: cells.need(...THREAD),
      messageId: id === undefined ? null : `<${id.replace(/^<|>$/gu, '')}>`,
      direction: cells.get(DIRECTION, parseDirection) ?? missing('direction', cells),
      at: at ?? 0,
      text: cells.get(TEXT, needed) ?? missing('text', cells),
      person: cells.text(...PERSON) ?? null,
      role: cells.text(...ROLE) ?? null,
      subject: cells.text('subject') ?? null,
    },
  };
}

function missing(field: string, cells: Cells): never {
  throw new UserError(cells.problems.pop()?.message ?? `${field} is missing`);
}

function parseDirection(text: string, field: string): 'in' | 'out' {
  if (/^(?:in|inbound|incoming|received|reply|replied)$/iu.test(text)) return 'in';
  if (/^(?:out|outbound|outgoing|sent)$/iu.test(text)) return 'out';
  throw new UserError(`${field} "${text}" is not known: write in (from the prospect) or out (from us)`);
}
