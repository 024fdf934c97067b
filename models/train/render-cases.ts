/**
 * Writes the prompts of labelled cases as the gate itself renders them, for training and evaluation in Python.
 * With --flips also with the record changed so that the gold changes (a disqualifier, an opt-out, another role …): for
 * cases whose record holds everything in the published schema's fields and its signals.
 *
 *   npx tsx models/train/render-cases.ts [--flips] name=cases.jsonl … > rendered.jsonl
 */
import { readFileSync } from 'node:fs';
import { draftFromText, prospectFromContext } from '../../src/evaluate/context.ts';
import { renderPrompt } from '../../src/judge/adapter/prompt.ts';
import { loadRegistry, modelFolders } from '../../src/models/registry.ts';

interface Row {
  id: string;
  gold: string;
  rule: string;
  probe?: string;
  pair?: string;
  of?: string;
  why?: string;
  /** What would be wrong to say, where the file says so itself (presend labels export). */
  wrong?: { gold: string; why: string } | undefined;
  as_of?: string;
  draft: string;
  subject?: string | null;
  context: Record<string, unknown>;
}

const CLAIMS_FUNDING = /\$\s?\d|\d\s?(?:m|million)\b|\bseries [a-d]\b|\bseed (?:round|funding)\b|\brais(?:e|ed)\b/i;

const args = process.argv.slice(2);
const flips = args.includes('--flips');
const { profiles } = loadRegistry(modelFolders({ data_dir: '.', models_dir: null }));
const profile = profiles.get('presend-lines');
if (!profile) throw new Error('models/registry.yaml has no profile presend-lines');

for (const arg of args.filter((one) => !one.startsWith('--'))) {
  const [set = '', path = ''] = arg.split('=');
  const rows = readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);
  for (const row of flips ? rows.flatMap((one) => [one, ...changed(one)]) : rows) {
    const { context, draft, subject, as_of } = row;
    const input = { prospect: prospectFromContext(context), draft: draftFromText(draft, subject ?? null), channel: 'email', today: as_of ?? '2026-05-01' };
    const { prefix, suffix } = renderPrompt(profile, input, 0);
    const parts = [[prefix, true], ...suffix.map(({ text, trusted }) => [text, trusted])];
    const { id, gold, rule, probe, why = 'No rule applies.' } = row;
    const { prospect: record, draft: shown, today } = input;
    process.stdout.write(
      `${JSON.stringify({ id, set, gold, rule, probe, why, wrong: row.wrong ?? wrongAnswer(row, rows), record, today, subject: shown.subject, draft: shown.body, parts })}\n`,
    );
  }
}

/** The same mail with another record, where that surely gives another gold. */
function changed(row: Row): Row[] {
  const made: Row[] = [];
  const { context, rule, gold } = row;
  const flip = (gold: string, rule: string, why: string, change: Record<string, unknown>): void => {
    made.push({ ...row, id: `${row.id}~${rule}${made.length}`, gold, rule, why, wrong: undefined, context: { ...context, ...change } });
  };
  if (rule !== 'disqualifier') flip('SUPPRESS', 'disqualifier', 'A disqualifier is on the record.', { disqualifiers: ['do_not_contact'] });
  if (gold !== 'SUPPRESS') {
    flip('SUPPRESS', 'opt_out', 'The prospect opted out of e-mail.', { opt_out_channels: ['email'] });
    if (rule !== 'c_level') flip('ESCALATE', 'c_level', 'A chief of more than 2000 people.', { recipient_role: 'CEO', headcount: 2600 });
    flip(gold === 'ESCALATE' ? 'PASS' : gold, gold === 'ESCALATE' ? 'none' : rule, gold === 'ESCALATE' ? 'Below C-level.' : (row.why ?? 'No rule applies.'), { recipient_role: 'vp_eng', headcount: 2600 });
  }
  if (rule === 'c_level') flip('PASS', 'none', '2000 is not over 2000.', { headcount: 2000 });
  if (rule === 'disqualifier') flip('PASS', 'none', 'No disqualifier is left.', { disqualifiers: [], available_signals: {} });
  if (rule === 'opt_out') flip('PASS', 'none', 'Nothing was opted out of.', { opt_out_channels: [], available_signals: {} });
  if (rule === 'low_confidence_funding') flip('PASS', 'none', 'The funding is sure.', { funding_confidence: 'high', available_signals: {} });
  if (rule === 'prior_commitment' || rule === 'soft_rejection' || rule === 'thread_leak' || rule === 'regulated_caveat') {
    // What was said of it stands among the signals only.
    const told = rule === 'soft_rejection' || rule === 'thread_leak';
    if (!told || rule === 'soft_rejection') flip('PASS', 'none', 'The record says nothing of the kind.', { available_signals: {} });
  }
  if (gold === 'PASS' && row.probe !== 'B04' && row.probe !== 'B03' && !CLAIMS_FUNDING.test(row.draft)) flip('PASS', 'none', 'No funding is claimed.', { funding_confidence: 'low' });
  return made;
}

/** What the other side of the pair is labelled, else what would be believed. */
function wrongAnswer(row: Row, rows: readonly Row[]): { gold: string; why: string } {
  const key = row.pair ?? row.of;
  const mate = key === undefined ? undefined : rows.find((one) => (one.pair ?? one.of) === key && one.gold !== row.gold);
  if (mate) return { gold: mate.gold, why: mate.why ?? 'No rule applies.' };
  return row.gold === 'PASS' ? { gold: 'BLOCK', why: 'The mail breaks a rule.' } : { gold: 'PASS', why: 'No rule applies.' };
}
