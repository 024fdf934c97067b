import { type Command, InvalidArgumentError } from 'commander';
import type { Delivery } from '../queue/settle.ts';
import { Notes } from '../review/notes.ts';
import { actorName } from './actor.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `4h` or `2d` in milliseconds. */
function duration(value: string): number {
  const [, number, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(value) ?? [];
  if (!number || !unit) throw new InvalidArgumentError('write a time like 90m, 4h or 2d.');
  return Number(number) * (UNITS[unit] ?? 0);
}

/** `presend review snooze|wake|claim|unclaim|comment`: what is noted about a mail without settling it. */
export function registerNotes(review: Command): void {
  const note = (
    usage: string,
    description: string,
    work: (notes: Notes, id: string, rest: { text: string; for: number }) => Promise<Delivery | object>,
    done: string,
  ): Command => {
    const command = review.command(usage).description(description).option('--json', 'print JSON');
    return command.action(async (id: string, ...rest: unknown[]) => {
      const self = rest.at(-1) as Command;
      const options = self.opts<{ json?: boolean; for?: number }>();
      await withExistingDatabase(self, async (database) => {
        const notes = new Notes({ database, now: Date.now });
        const text = typeof rest[0] === 'string' ? rest[0] : '';
        const result = await work(notes, id, { text, for: options.for ?? 0 });
        if (options.json) printJson(result);
        else printLine(`${id} ${done}`);
      });
    });
  };
  const act = { actor: actorName() };
  note(
    'snooze <id>',
    'keep a held mail out of sight for a time; it wakes earlier when something happens to it',
    (notes, id, rest) => notes.snooze(id, Date.now() + rest.for, act),
    'is out of sight until then. It still expires when it would have.',
  ).requiredOption('--for <time>', 'how long, e.g. 90m, 4h or 2d', duration);
  note('wake <id>', 'end a snooze', (notes, id) => notes.snooze(id, null, act), 'is in sight again.');
  note('claim <id>', 'look after a mail yourself', (notes, id) => notes.claim(id, act), 'is yours.');
  note('unclaim <id>', 'give a mail back', (notes, id) => notes.assign(id, null, act), 'is nobody\u2019s.');
  note(
    'comment <id> <text>',
    'tell other reviewers something about a mail',
    (notes, id, rest) => notes.comment(id, rest.text, act),
    'has your comment.',
  );
}
