import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeWebStream } from 'node:stream/web';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { create, extract } from 'tar';
import { UserError } from '../config/user-error.ts';
import { fingerprint, forOwnerOnly, syncPath } from './files.ts';
import { type Manifest, SEALED } from './manifest.ts';

/** Whom a backup is encrypted for: holders of identities, or whoever knows a passphrase. */
export type Sealing = { recipients: string[] } | { passphrase: string };

/** What opens a backup. */
export type Opening = { identities: string[] } | { passphrase: string };

/**
 * Packs the files of a folder into one encrypted file, in standard formats: `age -d … | tar xz` opens it without presend.
 *
 * @returns what the manifest says of it, and what opens it again now: the passphrase, or an identity made for this check alone
 * and kept nowhere, so that a backup for somebody else's key can be read back as well
 */
export async function seal(
  from: string,
  files: string[],
  to: string,
  sealing: Sealing,
): Promise<{ sealed: NonNullable<Manifest['sealed']>; opening: Opening }> {
  const encrypter = new Encrypter();
  let opening: Opening;
  if ('passphrase' in sealing) {
    encrypter.setPassphrase(sealing.passphrase);
    opening = sealing;
  } else {
    // Of the recipients' kind: an identity of another would weaken post-quantum recipients.
    const hybrid = sealing.recipients.some((recipient) => recipient.startsWith('age1pq1'));
    const own = await (hybrid ? generateHybridIdentity() : generateX25519Identity());
    for (const recipient of sealing.recipients) addRecipient(encrypter, recipient);
    encrypter.addRecipient(await identityToRecipient(own));
    opening = { identities: [own] };
  }
  const packed = create({ cwd: from, gzip: true, portable: true }, files);
  const encrypted = await encrypter.encrypt(webStream(Readable.from(packed)));
  const path = join(to, SEALED);
  await pipeline(nodeStream(encrypted), createWriteStream(path, { mode: 0o600 }));
  syncPath(path);
  const kind = 'passphrase' in sealing ? 'passphrase' : 'recipients';
  return { sealed: { to: kind, ...(await fingerprint(path)) }, opening };
}

/**
 * Unpacks an encrypted backup. What comes out is to be compared with the manifest: age finds any change to the file, and the
 * manifest a file of another backup.
 *
 * @throws UserError when the identity or passphrase does not open it, or it is damaged
 */
export async function unseal(folder: string, to: string, opening: Opening): Promise<void> {
  const decrypter = new Decrypter();
  try {
    if ('passphrase' in opening) decrypter.addPassphrase(opening.passphrase);
    else for (const identity of opening.identities) decrypter.addIdentity(identity);
  } catch (error) {
    throw new UserError('that is no age identity: its line begins with AGE-SECRET-KEY-', { cause: error });
  }
  const input = createReadStream(join(folder, SEALED), { highWaterMark: 1 << 18 });
  try {
    const decrypted = await decrypter.decrypt(webStream(input));
    // tar refuses absolute paths and those that lead out of the folder by itself; a backup has plain files and folders only.
    const unpack = extract({
      cwd: to,
      strict: true,
      filter: (_path, entry) => 'type' in entry && ['File', 'OldFile', 'Directory'].includes(entry.type),
    });
    await pipeline(nodeStream(decrypted), unpack);
    await forOwnerOnly(to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `the backup cannot be opened with that ${'passphrase' in opening ? 'passphrase' : 'identity'}, or is damaged: ${why}`,
      { cause: error },
    );
  } finally {
    input.destroy();
  }
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw new UserError(`${recipient} is no age recipient; one looks like age1… (age-keygen makes it)`, {
      cause: error,
    });
  }
}

// Where the DOM's types are known too, theirs and Node's of the same class differ.

function webStream(stream: Readable): ReadableStream<Uint8Array> {
  const web: unknown = Readable.toWeb(stream);
  return web as ReadableStream<Uint8Array>;
}

function nodeStream(stream: unknown): Readable {
  return Readable.fromWeb(stream as NodeWebStream);
}
