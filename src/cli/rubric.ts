import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import type { Config } from '../config/config.ts';
import { RubricSource } from '../judge/rubric-source.ts';
import { RubricChanges } from '../settings/rubric-change.ts';
import { listRubricVersions } from '../settings/rubric-store.ts';
import type { Database } from '../store/database.ts';
import { actorName } from './actor.ts';
import { configFor, withExistingDatabase } from './context.ts';
import { age, printJson, printLine, printTable } from './output.ts';

/** `presend rubric show|history|revert` */
export function register(program: Command): void {
  const rubric = program
    .command('rubric')
    .description('the rubric that is in force, its history, and the way back')
    .addHelpText(
      'after',
      `
A rubric saved in the settings stands in rubric.yaml of the data folder and wins over the configured file. A running gate
follows a change of either file with the very next message. Try one out first: presend backtest --rubric <file>`,
    );

  rubric
    .command('show')
    .description('print the rubric that is in force')
    .option('--json', 'print JSON: file, version and values')
    .action((options: { json?: boolean }, command: Command) => {
      const { rubric: values, text, path, origin } = new RubricSource(configFor(command)).current();
      if (options.json) return printJson({ path, origin, ...values });
      process.stderr.write(
        `# ${path} (${origin === 'data' ? 'saved in the settings' : 'configured'}), version ${values.version}\n`,
      );
      process.stdout.write(text);
    });

  rubric
    .command('history')
    .description('every rubric that was in force here, newest first')
    .option('--json', 'print JSON, with each text')
    .action(async (options: { json?: boolean }, command: Command) => {
      await withExistingDatabase(command, async (database) => {
        const list = await listRubricVersions(database.db);
        if (options.json) return printJson(list);
        if (list.length === 0)
          return printLine('No history yet: it begins when the gate starts the next time.');
        const now = Date.now();
        printTable(
          ['ID', 'VERSION', 'WHEN', 'BY', 'HOW', 'WHY'],
          list.map(({ id, version, at, actor, action, reverts, why }) => [
            String(id),
            version,
            `${age(at, now)} ago`,
            actor,
            reverts === null ? action : `${action} to ${reverts}`,
            why ?? '–',
          ]),
        );
      });
    });

  rubric
    .command('revert <id>')
    .description('put a version of the history in force again; "configured" for the configured file')
    .option('--why <text>', 'recorded with it')
    .action(async (id: string, options: { why?: string }, command: Command) => {
      if (id !== 'configured' && !/^\d+$/.test(id)) {
        throw new UserError('name the number of a version (presend rubric history), or "configured"');
      }
      await withExistingDatabase(command, async (database, config) => {
        const changes = changesOf(database, config);
        const by = { actor: actorName(), why: options.why ?? null };
        const after =
          id === 'configured' ? await changes.toConfigured(by) : await changes.revert(Number(id), by);
        printLine(
          `Version ${after.version} is in force from the next message on. What is held is judged again.`,
        );
      });
    });
}

function changesOf(database: Database, config: Config): RubricChanges {
  return new RubricChanges({ database, source: new RubricSource(config), config, now: Date.now });
}
