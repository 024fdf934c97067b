import { UserError } from '../config/user-error.ts';
import { type Answerer, type NewAnswer, answerItem } from '../kill-switch/spot-check/answer.ts';
import { findItem } from '../kill-switch/spot-check/answer-store.ts';
import { CHOICE_KEYS, RULE_KEYS, isStop } from '../kill-switch/spot-check/keys.ts';
import { isWaiting, itemView, openItems } from '../kill-switch/spot-check/view.ts';
import type { Choice, ItemView, RuleChoice } from '../kill-switch/spot-check/web-types.ts';
import type { Database } from '../store/database.ts';
import type { Asker } from './ask.ts';
import { blindText } from './print-blind.ts';

export interface LabelOptions {
  database: Database;
  person: Answerer;
  now: () => number;
  asker: Asker;
  print: (line: string) => void;
  /** Also items that others have answered. */
  all: boolean;
  limit: number;
  /** Change the answer to this item instead. */
  again: number | null;
}

export interface Labelled {
  answered: { item: number; decision: Choice; rule: RuleChoice | null; right: boolean | null }[];
  skipped: number;
  /** What still waits for this person. */
  waiting: number;
}

/** Shows items one by one, blind, asks what the decision should have been, keeps it, and tells the verdict. */
export async function label(options: LabelOptions): Promise<Labelled> {
  const { database, person, now, again, all, limit, print } = options;
  const mine = async () => openItems(database.db, { person: person.key, now: now() });
  const open = again === null ? await mine() : [];
  const todo = again === null ? open.filter((one) => isWaiting(one) || (all && !one.mine)) : [{ id: again }];
  const result: Labelled = { answered: [], skipped: 0, waiting: 0 };
  for (const [i, { id }] of todo.slice(0, limit).entries()) {
    const item = await viewOf(options, id);
    print(`\n═══ ${i + 1} of ${Math.min(limit, todo.length)} · item ${id} ═══\n`);
    print(blindText(item));
    const answer = await askFor(options);
    if (answer === 'quit') break;
    if (answer === 'skip') {
      result.skipped += 1;
      continue;
    }
    await answerItem(database, { item: id, person, answer, again: again !== null, now: now() });
    const after = await viewOf(options, id);
    print(`\n${verdictLine(after)}`);
    const right = after.revealed?.right ?? null;
    result.answered.push({ item: id, decision: answer.decision, rule: answer.rule, right });
  }
  result.waiting = (await mine()).filter(isWaiting).length;
  return result;
}

async function viewOf({ database, person, now }: LabelOptions, id: number): Promise<ItemView> {
  const item = await findItem(database.db, id);
  if (!item) throw new UserError(`there is no item ${id} of a spot check`);
  return itemView(database.db, item, { person: person.key, now: now() });
}

const DECISION_PROMPT = `\n${choices(CHOICE_KEYS)}  s skip  q quit\nWhat should the decision have been? `;
const RULE_PROMPT = `${choices(RULE_KEYS)}\nBy which rule? `;

/** `quit` at the end of the input as well. */
async function askFor({ asker, print }: LabelOptions): Promise<NewAnswer | 'skip' | 'quit'> {
  const decision = await choose(asker, print, DECISION_PROMPT, CHOICE_KEYS, ['s', 'q']);
  if (decision === null || decision === 'q') return 'quit';
  if (decision === 's') return 'skip';
  const rule = isStop(decision) ? await choose(asker, print, RULE_PROMPT, RULE_KEYS, []) : null;
  if (isStop(decision) && rule === null) return 'quit';
  const note = await asker.ask('A note, if you like: ');
  return { decision, rule, note: note || null };
}

/** Asks until the answer is one of the keys or names; null at the end of the input. */
async function choose<Name extends string, Word extends string>(
  asker: Asker,
  print: (line: string) => void,
  prompt: string,
  keys: Record<Name, string>,
  words: readonly Word[],
): Promise<Name | Word | null> {
  for (;;) {
    const line = await asker.ask(prompt);
    if (line === null) return null;
    const said = line.toLowerCase().replaceAll(' ', '_');
    const word = words.find((one) => one === said);
    if (word !== undefined) return word;
    const name = (Object.keys(keys) as Name[]).find(
      (one) => keys[one] === said || one.toLowerCase() === said,
    );
    if (name !== undefined) return name;
    print(line === '' ? 'Answer with a key or a name.' : `"${line}" is none of these.`);
  }
}

function choices(keys: Record<string, string>): string {
  return Object.entries(keys)
    .map(([name, key]) => `${key} ${name.replaceAll('_', ' ')}`)
    .join('  ');
}

function verdictLine({ revealed }: ItemView): string {
  if (!revealed) return '';
  const { decision, rule, verdict, right, truth, answers } = revealed;
  const others = answers.filter(({ mine }) => !mine);
  return [
    `The judge: ${decision}${rule === null ? '' : ` (${rule})`}${verdict ? `: ${verdict.rationale}` : ''}`,
    ...others.map(({ by, decision: said, rule: why }) => `${by}: ${said}${why === null ? '' : ` (${why})`}`),
    truth === 'disputed'
      ? 'People disagree: it counts for nothing.'
      : right === null
        ? 'It counts for nothing while nobody is sure.'
        : `The judge was ${right ? 'right' : 'wrong'}.`,
  ].join('\n');
}
