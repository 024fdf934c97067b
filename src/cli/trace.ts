import type { Command } from 'commander';
import { traceReport } from '../insight/trace-report.ts';
import { readTrace, searchTrace } from '../insight/trace.ts';
import { withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

/** `presend trace <words…>` */
export function register(program: Command): void {
  program
    .command('trace <words...>')
    .description('finds what a complaint is about: by any header, words of the text, an address or an id')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Prints the report when one message is found, otherwise the list; then trace one of its ids. Examples:
  presend trace lena.vogt@quillstone.example
  presend trace '"congratulations on closing"' quillstone
  presend trace '<4f1c@sender.example>'`,
    )
    .action(async (words: string[], options: { json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const found = await searchTrace(database.db, words.join(' '));
        const [only] = found.hits;
        if (only && found.hits.length === 1) {
          const trace = (await readTrace(database.db, only.message_id))!;
          return options.json ? printJson(trace) : printLine(traceReport(trace).trimEnd());
        }
        if (options.json) return printJson(found);
        if (!only)
          return printLine('No mail matches. Fewer words find more; an address or a Message-ID is surest.');
        const now = Date.now();
        printTable(
          ['MESSAGE', 'AGE', 'ENGINE', 'RECIPIENTS', 'SUBJECT', 'WHY'],
          found.hits.map(({ message_id, received_at, engine, recipients, subject, why }) => [
            message_id,
            age(received_at, now),
            engine,
            recipients.map(({ address, state }) => `${address} (${state})`).join(', '),
            (subject ?? '').slice(0, 40),
            why,
          ]),
        );
        if (found.more) printLine('There may be more: add words.');
      });
    });
}
