import { X509Certificate } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Database } from '../store/database.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';
import { newestRecord } from './health-store.ts';
import { bytes, lasting } from './words.ts';

const DAY = 86_400_000;

/** What the gate stands on: disk, certificate, clock. */
export function machineChecks({
  database,
  config,
  now,
}: {
  database: Database;
  config: Config;
  now: () => number;
}): HealthCheck[] {
  // The clock that nobody sets, against the one that is.
  const began = { wall: now(), steady: performance.now() };
  return [
    {
      id: 'disk',
      group: 'Machine',
      title: 'Disk',
      look: async () => {
        const { bavail, blocks, bsize } = await statfs(config.data_dir);
        return diskAnswer(bavail * bsize, blocks * bsize, config.storage.min_free_mb * 1e6);
      },
    },
    {
      id: 'certificate',
      group: 'Machine',
      title: 'Certificate for SMTP',
      look: async () => {
        const own = config.smtp.tls === null;
        const path = config.smtp.tls?.certificate ?? join(config.data_dir, 'tls/certificate.pem');
        const certificate = new X509Certificate(await readFile(path));
        return certificateAnswer(Date.parse(certificate.validTo) - now(), own);
      },
    },
    {
      id: 'clock',
      group: 'Machine',
      title: 'Clock',
      look: async () => {
        const newest = await newestRecord(database.db);
        const behind = newest === null ? 0 : newest - now();
        const jumped = now() - began.wall - (performance.now() - began.steady);
        began.wall = now();
        began.steady = performance.now();
        return clockAnswer(behind, jumped, now());
      },
    },
  ];
}

/** @param reserve bytes below which nothing more is accepted */
export function diskAnswer(free: number, size: number, reserve: number): HealthAnswer {
  const detail = `${bytes(free)} of ${bytes(size)} free in the data folder.`;
  const advice = 'Make room: without it the gate takes no more mail (451), though nothing accepted is lost.';
  if (free < reserve) {
    return { state: 'bad', detail: `${detail} Nothing more is accepted until there is room again.`, advice };
  }
  if (free < 1e9 || free / size < 0.02) return { state: 'bad', detail, advice };
  return free < 5e9 || free / size < 0.05 ? { state: 'warn', detail, advice } : { state: 'ok', detail };
}

/** @param left milliseconds until it ends */
export function certificateAnswer(left: number, own: boolean): HealthAnswer {
  const kind = own ? 'One made by the gate itself' : 'The configured one';
  if (left <= 0) {
    return {
      state: 'bad',
      detail: `${kind} has expired; engines that check it cannot connect.`,
      advice: own
        ? 'Delete tls/ in the data folder and start the gate again.'
        : 'Renew the files that smtp.tls names and start the gate again.',
    };
  }
  const detail = `${kind} is valid for ${lasting(left)}.`;
  const advice = 'Renew the files that smtp.tls names.';
  if (left < 3 * DAY) return { state: 'bad', detail, advice };
  return left < 21 * DAY ? { state: 'warn', detail, advice } : { state: 'ok', detail };
}

/** @param behind how much later than now the newest record is @param jumped how far the clock was set since the last look */
export function clockAnswer(behind: number, jumped: number, now: number): HealthAnswer {
  const detail = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC.`;
  const advice = 'Holds, leases and signed links go by this clock: have it set by NTP.';
  if (behind > 60_000) {
    return {
      state: 'bad',
      detail: `${detail} Something is recorded ${lasting(behind)} later than that.`,
      advice,
    };
  }
  return Math.abs(jumped) > 120_000
    ? {
        state: 'warn',
        detail: `${detail} It was set ${jumped > 0 ? 'forward' : 'back'} by ${lasting(Math.abs(jumped))}.`,
        advice,
      }
    : { state: 'ok', detail };
}
