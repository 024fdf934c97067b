import { randomFrom, shuffled } from '../../src/evaluate/random.ts';
import { MAIL_TRICKS, TEXT_TRICKS, type Attempt, judged, nameOf } from './disguises.ts';
import { TEXT_RULES, type StoppedDraft, stoppedDrafts } from './drafts.ts';

/**
 * The long form of `tricks.test.ts`: every trick on every draft, and pairs of tricks drawn from a seed. Prints how many of how many
 * passed, by trick and rule. `npm run test:hostile -- [drafts a rule] [pairs] [seed]`; exits with 1 where any passed.
 */
const [perRule = 6, pairs = 2_000, seed = 1] = process.argv.slice(2).map(Number);
const all = stoppedDrafts();
const drafts = TEXT_RULES.flatMap((rule) => all.filter((draft) => draft.rule === rule).slice(0, perRule));

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

const passedBy = new Map<string, StoppedDraft[]>();
let tried = 0;
let passed = 0;
const total = drafts.length * (TEXT_TRICKS.length + MAIL_TRICKS.length) + pairs;
for (const attempt of attempts()) {
  const { decision } = await judged(attempt);
  tried += 1;
  if (decision === 'PASS') {
    passed += 1;
    passedBy.set(nameOf(attempt), [...(passedBy.get(nameOf(attempt)) ?? []), attempt.draft]);
  }
  if (tried % 500 === 0) process.stderr.write(`${tried} of ${total} tried, ${passed} passed\n`);
}
for (const [name, which] of passedBy) {
  process.stdout.write(`${name}: ${which.map(({ rule, id }) => `${rule} (${id})`).join(', ')}\n`);
}
process.stdout.write(
  `${passed} of ${tried} disguised mails passed (${drafts.length} drafts, ${TEXT_TRICKS.length + MAIL_TRICKS.length} tricks, ${pairs} pairs, seed ${seed})\n`,
);
process.exitCode = passed > 0 ? 1 : 0;
