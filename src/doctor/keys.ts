import { existsSync } from 'node:fs';
import { hasSecret, secretPath } from '../config/gate-secret.ts';
import type { Database } from '../store/database.ts';
import type { GateKey } from '../store/gate-keys.ts';
import { type Check, type Finding, failed, ok } from './check.ts';

const KEYS: readonly [GateKey, string][] = [
  ['audit', 'nobody can tell whether the audit log was changed'],
  ['erased', 'presend does not know who was erased and must not be mailed'],
];

/** Whether the keys are there that the database was written under. */
export function keysCheck(database: Database, dataDir: string): Check {
  return {
    id: 'keys',
    title: 'Keys',
    look: () => {
      const wrong = KEYS.flatMap(([name, without]): Finding[] => {
        const path = secretPath(dataDir, name);
        const mend = `Restore it from a backup (secrets/${name}.key). If there is none: presend keys replace ${name}`;
        if (database.isKeyLost(name))
          return [failed(`${path} is missing: ${without}, and the gate does not start.`, mend)];
        const whole = !existsSync(path) || hasSecret(dataDir, name);
        return whole ? [] : [failed(`${path} is damaged: ${without}.`, mend)];
      });
      return wrong.length > 0 ? wrong : ok('Those that the database was written under are there.');
    },
  };
}
