import { createHash } from 'node:crypto';
import type { Departure, Dialect, StoredRequest } from '../delivery/providers/dialect.ts';
import { DIALECTS } from '../delivery/providers/index.ts';
import type { ProviderName } from '../message/provider.ts';
import { textsOfMail } from '../off-loop/mail.ts';
import type { Delivery } from '../queue/settle.ts';
import { readRaw } from '../queue/store.ts';
import type { Database } from '../store/database.ts';
import type { Group } from './group.ts';

/** A whole message as a request to its provider. */
export interface ComposedRequest {
  by: 'api';
  provider: ProviderName;
  /** Return path of the mail, for the limits of its mailbox. */
  from: string;
  request: StoredRequest;
  /** The same for the same bytes: sent again under it, it is one mail. */
  idempotencyKey: string;
  members: Delivery[];
}

/**
 * The request as it leaves for the deliveries of a group: byte for byte as it came, save the schedule (it waited here),
 * recipients who do not get it, a reviewer's edit, and headers the gate adds.
 *
 * @returns why it has to be held instead, where the change cannot be made
 */
export async function composeRequest(
  database: Database,
  stored: StoredRequest,
  { members, whole }: Group,
  { from, headers }: { from: string; headers: Departure['headers'] },
): Promise<ComposedRequest | { held: string }> {
  const dialect: Dialect = DIALECTS[stored.provider];
  const first = members[0]!;
  const revision = first.body_revision;
  if (members.some(({ body_revision }) => body_revision !== revision)) {
    return { held: 'its recipients are to get different texts, and it leaves as one mail' };
  }
  try {
    const departed = dialect.depart(stored, {
      only: whole ? null : new Set(members.map(({ address_key }) => address_key)),
      ...(await editOf(database, first, revision)),
      headers,
    });
    const request = { ...stored, ...departed };
    const digest = createHash('sha256').update(request.body).digest('hex').slice(0, 16);
    return {
      by: 'api',
      provider: stored.provider,
      from,
      request,
      idempotencyKey: `presend-${first.message_id}-${digest}`,
      members,
    };
  } catch (error) {
    return {
      held: `it cannot leave as ${stored.provider} wants it: ${error instanceof Error ? error.message : 'unknown error'}`,
    };
  }
}

async function editOf(
  database: Database,
  { message_id }: Delivery,
  revision: number,
): Promise<Pick<Departure, 'edit' | 'raw'>> {
  if (revision === 0) return { edit: null };
  const raw = await readRaw(database.db, message_id, revision);
  return { edit: await textsOfMail(raw), raw };
}
