import { UserError } from '../config/user-error.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../store/database.ts';
import { WEB_PATH } from '../http/web-app.ts';
import { issueToken } from './one-time-token-store.ts';
import { adminExists } from './user-store.ts';
import { recordAudit } from '../store/audit.ts';

const SETUP_MS = 7 * 86_400_000;

/**
 * Where people reach the app.
 *
 * @param port the port the gate listens at, where the configuration leaves it open
 */
export function appBase({ public_url, host, port }: Config['http'], listening?: number): string {
  if (public_url !== null) return public_url.replace(/\/+$/u, '');
  // A gate that listens everywhere is reached from this machine by its own name.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${listening ?? port}`;
}

/** The page a one-time link leads to. */
export function linkTo(base: string, token: string): string {
  return `${base}${WEB_PATH}/setup/${token}`;
}

/**
 * A new setup link; the one before is void.
 *
 * @throws UserError when there is an admin already
 */
export async function newSetupLink(
  database: Database,
  { base, actor, now }: { base: string; actor: string; now: number },
): Promise<{ link: string; expiresAt: number }> {
  const { token, expiresAt } = await database.transact(async (trx) => {
    if (await adminExists(trx)) {
      throw new UserError('there is an admin already; let them invite you, or use: presend user add');
    }
    await recordAudit(trx, {
      at: now,
      actor,
      subject: { type: 'user', id: 'setup' },
      action: 'setup_link_made',
    });
    return issueToken(trx, 'setup', { userId: null, lastsMs: SETUP_MS, now });
  });
  return { link: linkTo(base, token), expiresAt };
}
