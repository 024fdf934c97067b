import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { certificateCheck, certificateFinding } from '../../src/doctor/certificate.ts';
import {
  clockFinding,
  dailyGrowth,
  fileSystemFinding,
  machineChecks,
  nodeFinding,
  spaceFinding,
} from '../../src/doctor/machine.ts';
import { permissionChecks } from '../../src/doctor/permissions.ts';
import { selfSigned } from '../support/certificate.ts';
import { configOf, findings, folderWithDatabase, newFolder, stateOf } from './run.ts';

const DAY = 86_400_000;

describe('the doctor says of files', () => {
  test('that the data folder is open to others, and that it is closed', async () => {
    const { folder, path } = await folderWithDatabase();
    const look = () =>
      findings(permissionChecks({ dataDir: folder, configFile: null, configHoldsSecrets: false })[0]);
    chmodSync(folder, 0o700);
    expect((await look()).map(({ state }) => state)).toEqual(['ok']);
    chmodSync(path, 0o644);
    expect((await look()).map(({ state }) => state)).toEqual(['ok']);
    chmodSync(folder, 0o755);
    const found = await look();
    expect(found.map(({ state }) => state)).toContain('failed');
    expect(found.map(({ mend }) => mend)).toEqual([
      `Close it: chmod 700 ${folder}`,
      `Close it: chmod 600 ${path}`,
    ]);
  });

  test('that a key is open to others', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
    const key = join(folder, 'secrets/link.key');
    writeFileSync(key, 'k', { mode: 0o600 });
    const [check] = permissionChecks({ dataDir: folder, configFile: null, configHoldsSecrets: false });
    expect(await stateOf(check)).toBe('ok');
    chmodSync(key, 0o640);
    expect((await findings(check))[0]).toMatchObject({
      state: 'failed',
      mend: `Close it: chmod 600 ${key}`,
    });
  });

  test.skipIf(process.getuid?.() !== 0)(
    'that a file belongs to somebody else (skipped: needs root to give one away)',
    async () => {
      const { folder, path } = await folderWithDatabase();
      const [check] = permissionChecks({ dataDir: folder, configFile: null, configHoldsSecrets: false });
      chownSync(path, 12_345, 12_345);
      expect((await findings(check))[0]).toMatchObject({
        state: 'failed',
        mend: `Give it back: chown 0:0 ${path}`,
      });
    },
  );

  test('that the configuration can be read or changed by others', async () => {
    const folder = newFolder();
    const file = join(folder, 'presend.yaml');
    writeFileSync(file, 'data_dir: data\n');
    const state = async (mode: number, secrets: boolean) => {
      chmodSync(file, mode);
      return stateOf(permissionChecks({ dataDir: folder, configFile: file, configHoldsSecrets: secrets })[1]);
    };
    expect(await state(0o600, true)).toBe('ok');
    expect(await state(0o644, false)).toBe('ok');
    expect(await state(0o640, true)).toBe('warning');
    expect(await state(0o644, true)).toBe('failed');
    expect(await state(0o666, false)).toBe('failed');
  });
});

describe('the doctor says of the machine', () => {
  test('how long the disk lasts at the pace of the busiest day', () => {
    const disk = (free: number) => ({ free, size: 100e9, inodes: 1e6 });
    expect(spaceFinding(disk(50e9), 0.1e9, 1e9)).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('49 days'),
    });
    expect(spaceFinding(disk(20e9), 0.1e9, 3e9).state).toBe('warning');
    expect(spaceFinding(disk(20e9), 0.1e9, 30e9).state).toBe('failed');
    expect(spaceFinding(disk(50e9), 0.1e9, null).state).toBe('ok');
    expect(spaceFinding(disk(0.05e9), 0.1e9, 1).state).toBe('failed');
    expect(spaceFinding({ ...disk(50e9), inodes: 10 }, 0.1e9, 1)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('10 more files'),
    });
    expect(spaceFinding({ ...disk(50e9), inodes: null }, 0.1e9, 1).state).toBe('ok');
    // The database takes three times what the mails do.
    expect(dailyGrowth({ busiestDay: 1e6, all: 100e6 }, 300e6)).toBe(3e6);
    expect(dailyGrowth({ busiestDay: 0, all: 0 }, 2e6)).toBe(0);
  });

  test('that a database is not safe in memory, over a network or in a container’s layer', () => {
    expect(fileSystemFinding(0xef53).state).toBe('ok');
    expect(fileSystemFinding(0x01021994)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('tmpfs'),
    });
    expect(fileSystemFinding(0x6969).state).toBe('failed');
    // As Node gives it where the number is read with a sign.
    expect(fileSystemFinding(0xff534d42 | 0).state).toBe('failed');
    expect(fileSystemFinding(0x794c7630).state).toBe('warning');
  });

  test('that the clock went back, or that nobody sets it', () => {
    expect(clockFinding(-1_000, true, DAY)).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('Set by NTP'),
    });
    expect(clockFinding(0, false, DAY).state).toBe('warning');
    expect(clockFinding(0, null, DAY).state).toBe('ok');
    expect(clockFinding(3 * DAY, true, DAY)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('3 days later'),
    });
  });

  test('that Node is too old', () => {
    expect(['20.19.0', '22.1.0'].map((version) => nodeFinding(version).state)).toEqual(['ok', 'ok']);
    expect(['20.18.3', '18.20.0'].map((version) => nodeFinding(version).state)).toEqual(['failed', 'failed']);
  });

  test('what it finds on this one', async () => {
    const { folder, path } = await folderWithDatabase();
    const found = await findings(
      ...machineChecks({
        dataDir: folder,
        now: DAY,
        accepted: { busiestDay: 1, all: 1 },
        databaseFile: path,
        reserve: 0,
        newestRecord: 5 * DAY,
      }),
    );
    expect(found.map(({ id }) => id)).toEqual(['free_space', 'file_system', 'clock', 'node']);
    expect(found[2]?.state).toBe('failed');
    expect(found[3]?.state).toBe('ok');
  });
});

describe('the doctor says of the certificate', () => {
  // A little later: the certificate counts from the second it is made in.
  const options = { own: false, hostname: 'gate.test', now: Date.now() + 60_000 };

  test('that it is in time and for this name', async () => {
    const { cert, key } = await selfSigned('gate.test');
    expect(certificateFinding({ certificate: cert, key }, options)).toMatchObject({ state: 'ok' });
  });

  test('that it has expired, or does not count yet', async () => {
    const { cert, key } = await selfSigned('gate.test');
    const at = (now: number) => certificateFinding({ certificate: cert, key }, { ...options, now }).state;
    expect(at(Date.now() + 20 * 365 * DAY)).toBe('failed');
    expect(at(Date.now() - 3 * DAY)).toBe('failed');
  });

  test('that it is for another name', async () => {
    const { cert, key } = await selfSigned('other.test');
    expect(certificateFinding({ certificate: cert, key }, options)).toMatchObject({
      state: 'warning',
      says: expect.stringContaining('not for gate.test'),
    });
  });

  test('that the key is another one’s, or is none', async () => {
    const [{ cert }, { key }] = [await selfSigned('gate.test'), await selfSigned('gate.test')];
    expect(certificateFinding({ certificate: cert, key }, options).state).toBe('failed');
    expect(certificateFinding({ certificate: cert, key: 'none' }, options).state).toBe('failed');
    expect(certificateFinding({ certificate: 'none', key }, options).state).toBe('failed');
  });

  test('that a file is not there, or that the first start makes one', async () => {
    const folder = newFolder();
    expect(await stateOf(certificateCheck(configOf(folder), Date.now()))).toBe('not_checked');
    const tls = { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem') };
    expect(await stateOf(certificateCheck(configOf(folder, { smtp: { tls } }), Date.now()))).toBe('failed');
    const { cert, key } = await selfSigned('gate.test');
    writeFileSync(tls.certificate, cert);
    writeFileSync(tls.key, key);
    expect(await stateOf(certificateCheck(configOf(folder, { smtp: { tls } }), Date.now()))).toBe('ok');
  });
});
