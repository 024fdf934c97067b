import { webhookSecret } from '../config/gate-secret.ts';
import { UserError } from '../config/user-error.ts';
import { type NewApiKey, addApiKey } from '../intake/api-keys.ts';
import { hashPassword, newPassword } from '../intake/credentials.ts';
import { type Engine, type EngineChanges, addEngine, changeEngine } from '../intake/engine-store.ts';
import { loginProof, saveLoginProof } from '../intake/login-proof-store.ts';
import type { Database } from '../store/database.ts';

interface By {
  actor: string;
  now: number;
}

/** What an engine's owner is given once, when the engine is added. */
export interface NewEngine {
  engine: Engine;
  password: string;
  key: NewApiKey;
  /** null without a webhook. */
  webhookSecret: string | null;
}

/**
 * Adds an engine with an SMTP password and a bearer key, all in one transaction.
 *
 * @param derive the gate's key that secrets are derived from
 * @throws UserError when the name is taken
 */
export async function createEngine(
  database: Database,
  engine: EngineChanges & { name: string; senderDomains: string[] },
  { derive, ...by }: By & { derive: Buffer },
): Promise<NewEngine> {
  const password = newPassword();
  const secretHash = await hashPassword(password);
  return database.transact(async (trx) => {
    const added = await addEngine(trx, { ...engine, secretHash }, by);
    await saveLoginProof(trx, added.id, loginProof(derive, added, password));
    const key = await addApiKey(trx, added.id, { kind: 'bearer', derive, ...by });
    const secret = added.webhookUrl === null ? null : webhookSecret(derive, added);
    return { engine: added, password, key, webhookSecret: secret };
  });
}

/**
 * Gives an engine a new SMTP password; the old one stops working.
 *
 * @param derive the gate's key that secrets are derived from
 * @returns the password, which is kept nowhere
 */
export async function rotatePassword(
  database: Database,
  engineId: string,
  { derive, ...by }: By & { derive: Buffer },
): Promise<string> {
  const password = newPassword();
  const secretHash = await hashPassword(password);
  await database.transact(async (trx) => {
    await changeEngine(trx, engineId, { secretHash }, by);
    await saveLoginProof(trx, engineId, loginProof(derive, { id: engineId, secretHash }, password));
  });
  return password;
}

/** Makes a new secret that signs an engine's events; the old one signs nothing any more. @throws UserError without a webhook */
export async function rotateWebhookSecret(
  database: Database,
  engine: Engine,
  { derive, ...by }: By & { derive: Buffer },
): Promise<string> {
  if (engine.webhookUrl === null) {
    throw new UserError(
      `engine ${engine.name} has no webhook; set it with: presend engine set ${engine.name} --webhook <url>`,
    );
  }
  const webhookSecretVersion = engine.webhookSecretVersion + 1;
  await database.transact((trx) => changeEngine(trx, engine.id, { webhookSecretVersion }, by));
  return webhookSecret(derive, { ...engine, webhookSecretVersion });
}
