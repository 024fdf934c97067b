import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import { gateRuns, lockDataFolder } from '../store/gate-lock.ts';
import { syncPath } from './files.ts';

/** While it is there, the data folder is between two states; whoever opens it next brings the exchange to its end. */
const MARKER = '.restore-in-progress.json';

/** Whether an exchange is not at its end: what its staging folder holds may be all there is of a file then. */
export function exchangeUnfinished(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER));
}

const planSchema = z.object({
  /** Folder in the data folder that what is there now goes to. */
  aside: z.string(),
  /** Folder in the data folder that what is to be there comes from. */
  staging: z.string(),
  /** Entries that are moved aside. */
  old: z.array(z.string()),
  /** Entries that take their place. */
  fresh: z.array(z.string()),
});

type Plan = z.infer<typeof planSchema>;

/**
 * Exchanges entries of a data folder for others, all or none: the plan is on disk before the first one moves, and every step of it can
 * be made again. (The folder itself is not exchanged: it may be a mount, or stand where the gate's user may not write.)
 *
 * @throws UserError when a step fails; `finishExchange` goes on from there
 */
export async function exchange(dataDir: string, plan: Plan): Promise<void> {
  const marker = join(dataDir, MARKER);
  await mkdir(join(dataDir, plan.aside), { mode: 0o700 });
  // Renamed into place, so that there is never half a plan.
  await writeFile(`${marker}.new`, JSON.stringify(plan), { mode: 0o600 });
  syncPath(`${marker}.new`);
  await rename(`${marker}.new`, marker);
  syncPath(dataDir);
  await carryOut(dataDir, plan);
}

/**
 * Brings an exchange to its end that a crash cut short. To be called before the database is opened.
 *
 * @param locked the caller has the data folder's lock
 * @throws UserError when a restore is under way, the plan cannot be read, or a step fails again
 */
export async function finishExchange(dataDir: string, { locked }: { locked: boolean }): Promise<void> {
  const marker = join(dataDir, MARKER);
  if (!existsSync(marker)) return;
  if (!locked && gateRuns(dataDir)) {
    throw new UserError(`a restore into ${dataDir} is under way; wait until it is done`);
  }
  const unlock = locked ? () => {} : lockDataFolder(dataDir);
  try {
    if (existsSync(marker)) await carryOut(dataDir, await readPlan(marker));
  } finally {
    unlock();
  }
}

async function readPlan(marker: string): Promise<Plan> {
  const text = await readFile(marker, 'utf8');
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${marker} is damaged; restore the backup again into an empty data folder`, {
      cause: error,
    });
  }
}

async function carryOut(dataDir: string, plan: Plan): Promise<void> {
  requireAllThere(dataDir, plan);
  try {
    await move(dataDir, plan);
  } catch (error) {
    throw new UserError(
      `the restore into ${dataDir} stopped half way, nothing is lost: ${(error as Error).message}; mend that, then start the gate or the restore again to bring it to its end`,
      { cause: error },
    );
  }
}

/** Without it, files that are gone from staging would pass for ones that took their place, and a gate start empty. */
function requireAllThere(dataDir: string, { aside, staging, old, fresh }: Plan): void {
  const isThere = (...parts: string[]): boolean => existsSync(join(dataDir, ...parts));
  const inPlace = (name: string): boolean => isThere(name) && (!old.includes(name) || isThere(aside, name));
  const gone = fresh.find((name) => !isThere(staging, name) && !inPlace(name));
  if (gone === undefined) return;
  throw new UserError(
    `the restore into ${dataDir} cannot be finished: ${gone} is neither in ${join(dataDir, staging)} nor in place; restore the backup again into an empty data folder (what was here before is in ${join(dataDir, aside)})`,
  );
}

async function move(dataDir: string, { aside, staging, old, fresh }: Plan): Promise<void> {
  const at = (...parts: string[]): string => join(dataDir, ...parts);
  for (const name of old) {
    // Once it is aside, what has the name now is what took its place.
    if (existsSync(at(name)) && !existsSync(at(aside, name))) await rename(at(name), at(aside, name));
  }
  syncPath(at(aside));
  for (const name of fresh) {
    if (existsSync(at(staging, name))) await rename(at(staging, name), at(name));
  }
  syncPath(dataDir);
  await rm(at(MARKER));
  syncPath(dataDir);
  await rm(at(staging), { recursive: true, force: true });
}
