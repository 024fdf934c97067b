import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE } from '../store/open.ts';
import { type Check, type Finding, failed, ok, warning } from './check.ts';

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/** Who may read and write the data folder and the configuration. */
export function permissionChecks(options: {
  dataDir: string;
  /** null = the defaults. */
  configFile: string | null;
  /** The configuration has passwords, keys or tokens in it. */
  configHoldsSecrets: boolean;
}): Check[] {
  const { dataDir, configFile, configHoldsSecrets } = options;
  return [
    { id: 'data_folder', title: 'Data folder', look: () => folderFindings(dataDir) },
    {
      id: 'config_file',
      title: 'Configuration file',
      look: () => (configFile === null ? null : configFinding(configFile, configHoldsSecrets)),
    },
  ];
}

/** The folder is the gate's alone; within it what holds mail or keys, and one owner for all. */
function folderFindings(dataDir: string): Finding[] {
  const folder = statSync(dataDir);
  const findings: Finding[] = [];
  const open = (folder.mode & 0o077) !== 0;
  if (open) {
    findings.push(
      failed(
        `${dataDir} is open to other users of this machine (${octal(folder.mode)}).`,
        `Close it: chmod 700 ${dataDir}`,
      ),
    );
  }
  for (const path of secretFiles(dataDir)) {
    const { mode, uid } = statSync(path);
    // Who cannot enter the folder cannot read what is in it; keys are to be closed by themselves all the same.
    if ((mode & 0o077) !== 0 && (open || path.endsWith('.key') || path.endsWith('.pem'))) {
      findings.push(
        failed(`${path} is open to other users (${octal(mode)}).`, `Close it: chmod 600 ${path}`),
      );
    }
    if (uid !== folder.uid) {
      findings.push(
        failed(
          `${path} belongs to user ${uid}, the folder to ${folder.uid}: the gate may not be able to write it.`,
          `Give it back: chown ${folder.uid}:${folder.gid} ${path}`,
        ),
      );
    }
  }
  return findings.length > 0 ? findings : [ok(`Closed to others; all of it belongs to user ${folder.uid}.`)];
}

/** The database with its log, keys and secrets that are there. */
function secretFiles(dataDir: string): string[] {
  const fixed = [
    DATABASE,
    'presend.db-wal',
    'presend.db-shm',
    'gate.lock',
    'tls/key.pem',
    'transparent/ca.key',
    'transparent/server.key',
  ];
  const secrets = join(dataDir, 'secrets');
  return [
    ...fixed.map((name) => join(dataDir, name)).filter((path) => existsSync(path)),
    ...(existsSync(secrets) ? readdirSync(secrets).map((name) => join(secrets, name)) : []),
  ];
}

function configFinding(path: string, holdsSecrets: boolean): Finding {
  const { mode } = statSync(path);
  if ((mode & 0o022) !== 0) {
    return failed(
      `${path} can be changed by other users (${octal(mode)}): they could send the mail elsewhere.`,
      `Close it: chmod go-w ${path}`,
    );
  }
  if (holdsSecrets && (mode & 0o004) !== 0) {
    return failed(
      `${path} holds passwords or keys and every user may read it (${octal(mode)}).`,
      `Close it: chmod o-r ${path}. Or name environment variables or files instead (password_env, password_file).`,
    );
  }
  return holdsSecrets && (mode & 0o040) !== 0
    ? warning(
        `${path} holds passwords or keys and its group may read it (${octal(mode)}).`,
        `See that only the gate's user is in that group, or close it: chmod g-r ${path}`,
      )
    : ok(`${path} (${octal(mode)})${holdsSecrets ? '; it holds secrets' : ''}.`);
}
