import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { diskAnswer, clockAnswer } from '../insight/machine-checks.ts';
import { bytes } from '../insight/words.ts';
import { type Check, type Finding, failed, fromHealth, notChecked, ok, warning } from './check.ts';

/** Days of intake that should fit on the disk. */
const DAYS = { failed: 1, warning: 14 } as const;

/** Free inodes; the gate makes few files, others on the disk may not. */
const INODES = 1_000;

/** File systems by the number Linux gives them (statfs(2)), where a database is not safe. */
const FILE_SYSTEMS: Readonly<Record<number, [name: string, state: 'failed' | 'warning', why: string]>> = {
  0x01021994: ['tmpfs', 'failed', 'it lies in memory: all mail is gone when the machine stops'],
  0x858458f6: ['ramfs', 'failed', 'it lies in memory: all mail is gone when the machine stops'],
  0x6969: ['NFS', 'failed', 'locks and shared memory of a database do not work over a network'],
  0xff534d42: ['CIFS', 'failed', 'locks and shared memory of a database do not work over a network'],
  0xfe534d42: ['SMB', 'failed', 'locks and shared memory of a database do not work over a network'],
  0x01021997: ['9p', 'failed', 'locks and shared memory of a database do not work over a network'],
  0x794c7630: ['overlayfs', 'warning', 'it is a container’s own layer and goes away with the container'],
  0x65735546: ['FUSE', 'warning', 'whether a sync reaches the disk is up to the program behind it'],
};

export interface MachineOptions {
  dataDir: string;
  now: number;
  /** Bytes of mail on the busiest day of the last week, and in all; null = not known. */
  accepted: { busiestDay: number; all: number } | null;
  databaseFile: string;
  /** storage.min_free_mb, bytes. */
  reserve: number;
  /** When anything was recorded last; null = never. */
  newestRecord: number | null;
}

/** What the gate stands on: disk, clock, Node. */
export function machineChecks(options: MachineOptions): Check[] {
  const { dataDir, now, accepted, databaseFile, reserve, newestRecord } = options;
  return [
    {
      id: 'free_space',
      title: 'Free space',
      look: async () => {
        const { bavail, bsize, blocks, ffree, files } = await statfs(dataDir);
        const disk = { free: bavail * bsize, size: blocks * bsize, inodes: files > 0 ? ffree : null };
        return spaceFinding(disk, reserve, accepted && dailyGrowth(accepted, statSync(databaseFile).size));
      },
    },
    {
      id: 'file_system',
      title: 'File system',
      look: async () => fileSystemFinding((await statfs(dataDir)).type),
    },
    {
      id: 'clock',
      title: 'Clock',
      look: async () => clockFinding(newestRecord === null ? 0 : newestRecord - now, await ntpState(), now),
    },
    { id: 'node', title: 'Node', look: () => nodeFinding(process.versions.node) },
  ];
}

/** What a day as the busiest of the last week adds to the database: its mail, and what is kept beside mail as far as we know it. */
export function dailyGrowth({ busiestDay, all }: { busiestDay: number; all: number }, size: number): number {
  const perByte = all === 0 ? 1 : Math.min(20, Math.max(1, size / all));
  return busiestDay * perByte;
}

/**
 * @param disk bytes for this user; `inodes` null where the file system counts none
 * @param growth bytes a day; null = not known
 */
export function spaceFinding(
  { free, size, inodes }: { free: number; size: number; inodes: number | null },
  reserve: number,
  growth: number | null,
): Finding {
  if (inodes !== null && inodes < INODES) {
    return failed(
      `Only ${inodes} more files fit on the disk of the data folder.`,
      'Remove files that nobody needs, or give the file system more inodes.',
    );
  }
  const space = fromHealth(diskAnswer(free, size, reserve));
  if (growth === null || growth === 0) return space;
  const days = Math.max(0, free - reserve) / growth;
  const says = `${space.says} At ${bytes(growth)} a day, as on the busiest of the last seven, it lasts for ${days < 3650 ? `${Math.floor(days)} days` : 'years'}.`;
  const mend = 'Make room, or keep old mail for a shorter time.';
  if (space.state === 'failed') return { ...space, says };
  if (days < DAYS.failed) return failed(says, mend);
  return days < DAYS.warning ? warning(says, mend) : { ...space, says };
}

/** @param type as statfs(2) says */
export function fileSystemFinding(type: number): Finding {
  const known = FILE_SYSTEMS[type >>> 0];
  if (!known) return ok('A local one that can sync.');
  const [name, state, why] = known;
  const mend = 'Put the data folder on a local disk (ext4, XFS, btrfs, ZFS): data_dir or --data.';
  return state === 'failed' ? failed(`${name}: ${why}.`, mend) : warning(`${name}: ${why}.`, mend);
}

/** @param behind how much later than now the newest record is, milliseconds @param ntp null = not known */
export function clockFinding(behind: number, ntp: boolean | null, now: number): Finding {
  const clock = fromHealth(clockAnswer(behind, 0, now));
  if (clock.state !== 'ok') return clock;
  if (ntp === null) return { ...clock, says: `${clock.says} Whether NTP sets it is not known here.` };
  return ntp
    ? { ...clock, says: `${clock.says} Set by NTP.` }
    : warning(
        `${clock.says} It is not set by NTP.`,
        'Switch it on: timedatectl set-ntp true. Holds, leases and signed links go by this clock.',
      );
}

/** What systemd says of the clock; null where there is none to ask. */
async function ntpState(): Promise<boolean | null> {
  try {
    const { stdout } = await promisify(execFile)(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      {
        timeout: 3_000,
      },
    );
    return { yes: true, no: false }[stdout.trim()] ?? null;
  } catch {
    return null;
  }
}

/** @param version as Node names it */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (Number.isNaN(major)) return notChecked(`Version ${version} is not understood.`);
  return major < 20 || (major === 20 && minor < 19)
    ? failed(`${version}; presend needs 20.19 or newer.`, 'Install a newer Node.')
    : ok(`${version}.`);
}
