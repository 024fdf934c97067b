import { randomFrom, shuffled } from '../../src/evaluate/random.ts';
import { MAIL_TRICKS, TEXT_TRICKS, type Attempt, judged, nameOf } from './disguises.ts';
import { TEXT_RULES, type StoppedDraft, stoppedDrafts } from './drafts.ts';

/**
 * The long form of `tricks.test.ts`: every trick on every draft, and pairs of tricks. Drafts and pairs are drawn from the seed.
 * Prints a table of tricks and rules with how many of how many passed, and which. `npm run test:hostile -- [drafts a rule] [pairs]
 * [seed]`; exits with 1 where any passed.
 */
const [perRule = 6, pairs = 2_000, seed = 1] = process.argv.slice(2).map(Number);
const all = shuffled(stoppedDrafts(), randomFrom(seed));
const drafts = TEXT_RULES.flatMap((rule) => all.filter((draft) => draft.rule === rule).slice(0, perRule));
const ROW = 'pairs of tricks';

function* attempts(): Generator<Attempt> {
  for (const draft of drafts) {
    for (const text of TEXT_TRICKS) yield { draft, texts: [text], mail: null, seed };
    for (const mail of MAIL_TRICKS) yield { draft, texts: [], mail, seed };
  }
  const random = randomFrom(seed);
  for (let made = 0; made < pairs; made++) {
    const [first, second] = shuffled(TEXT_TRICKS, random);
    const [mail] = shuffled(
      MAIL_TRICKS.filter(({ name }) => !name.startsWith('five megabytes')),
      random,
    );
    const [draft] = shuffled(drafts, random);
    const both = random() < 0.5;
    yield {
      draft: draft,
      texts: both ? [first, second] : [first],
      mail: both ? null : mail,
      seed: seed + made,
    };
  }
}

interface Cell {
  tried: number;
  passed: number;
}

const passedBy = new Map<string, StoppedDraft[]>();
const table = new Map<string, Map<string, Cell>>();
let tried = 0;
let passed = 0;
const total = drafts.length * (TEXT_TRICKS.length + MAIL_TRICKS.length) + pairs;
for (const attempt of attempts()) {
  const { decision } = await judged(attempt);
  const name = nameOf(attempt);
  const rules = table.get(name.includes(' + ') ? ROW : name) ?? new Map<string, Cell>();
  table.set(name.includes(' + ') ? ROW : name, rules);
  const cell = rules.get(attempt.draft.rule) ?? { tried: 0, passed: 0 };
  rules.set(attempt.draft.rule, cell);
  tried += 1;
  cell.tried += 1;
  if (decision === 'PASS') {
    passed += 1;
    cell.passed += 1;
    passedBy.set(name, [...(passedBy.get(name) ?? []), attempt.draft]);
  }
  if (tried % 500 === 0) process.stderr.write(`${tried} of ${total} tried, ${passed} passed\n`);
}

const width = Math.max(...Array.from(table.keys(), (name) => name.length));
const columns = TEXT_RULES.map((rule) => rule.padStart(8));
process.stdout.write(`${'passed/tried'.padEnd(width)}  ${columns.join('  ')}\n`);
for (const [name, rules] of table) {
  const cells = TEXT_RULES.map((rule, index) => {
    const { passed: through, tried: of } = rules.get(rule) ?? { passed: 0, tried: 0 };
    return `${through}/${of}`.padStart(columns[index]!.length);
  });
  process.stdout.write(`${name.padEnd(width)}  ${cells.join('  ')}\n`);
}
for (const [name, which] of passedBy) {
  process.stdout.write(`${name}: ${which.map(({ rule, id }) => `${rule} (${id})`).join(', ')}\n`);
}
process.stdout.write(
  `${passed} of ${tried} disguised mails passed (${drafts.length} drafts, ${TEXT_TRICKS.length + MAIL_TRICKS.length} tricks, ${pairs} pairs, seed ${seed})\n`,
);
process.exitCode = passed > 0 ? 1 : 0;
