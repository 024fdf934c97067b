import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../gate-process.ts';
import { type Contender, endTree, untilGreeting } from './contender.ts';
import { harakaFolder } from './tools.ts';

/**
 * Haraka with its outbound queue: the only queue of it that is on disk (`outbound/`, each file synced before 250). One plugin, which
 * lets anybody relay and names the sink as everybody's mail server.
 */
export async function startHaraka(
  folder: string,
  sinkPort: number,
  processes: number,
): Promise<Contender | null> {
  const found = harakaFolder();
  if (!found) return null;
  const port = await freePort();
  const files: Record<string, string> = {
    'config/smtp.ini': `listen=127.0.0.1:${port}\n${processes > 1 ? `nodes=${processes}\n` : ''}`,
    'config/log.ini': 'level=ERROR\n',
    'config/outbound.ini': 'enable_tls=false\n',
    'config/plugins': 'to_sink\n',
    'config/me': 'haraka.bench.example\n',
    'package.json': '{"private":true,"type":"commonjs"}\n',
    'plugins/to_sink.js': `exports.hook_connect = (next, connection) => {
  connection.relaying = true;
  next();
};
exports.hook_rcpt = (next) => next(OK);
exports.hook_get_mx = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: ${sinkPort} });
`,
  };
  // It does not start without some of these.
  cpSync(join(found.root, 'config'), join(folder, 'config'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'queue'));
  const child = spawn(process.execPath, [join(found.root, 'bin/haraka'), '-c', folder], {
    stdio: ['ignore', openSync(join(folder, 'log'), 'a'), 'inherit'],
  });
  await untilGreeting(port, child);
  return {
    name: processes > 1 ? `Haraka, ${processes} processes` : 'Haraka',
    version: found.version,
    setting: 'outbound queue on disk, each file synced before 250; get_mx names the sink',
    port,
    pid: child.pid!,
    stop: () => endTree(child),
  };
}
