import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type MailRead, type MailReader, type TextPiece, mailRead } from './reader.ts';

const SCRIPT = fileURLToPath(new URL('read_mail.py', import.meta.url));

type Reading = { subject: string; from: string[]; pieces: TextPiece[] } | null;

export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Python's email package as its documentation recommends it, and as it is without a policy. */
export const pythonReaders: MailReader[] = (['default', 'compat32'] as const).map((policy) => ({
  name: `Python's email (${policy})`,
  read: async (mails) => (await readAll(mails)).map((one) => one[policy]),
}));

type BothReadings = Record<'default' | 'compat32', MailRead | null>;

let last: { mails: readonly Buffer[]; readings: Promise<BothReadings[]> } | null = null;

/** One process for both policies. */
function readAll(mails: readonly Buffer[]): Promise<BothReadings[]> {
  if (last?.mails !== mails) last = { mails, readings: runScript(mails) };
  return last.readings;
}

async function runScript(mails: readonly Buffer[]): Promise<BothReadings[]> {
  const child = spawn('python3', [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(mails.map((raw) => `${raw.toString('base64')}\n`).join(''));
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  if (lines.length !== mails.length) throw new Error(`Python read ${lines.length} of ${mails.length} mails`);
  return lines.map((line) => {
    const { default: byDefault, compat32 } = JSON.parse(line) as Record<string, Reading>;
    return { default: readOf(byDefault), compat32: readOf(compat32) };
  });
}

function readOf(reading: Reading): MailRead | null {
  return reading === null ? null : mailRead(reading.subject, reading.from, reading.pieces);
}
