import type { ProspectSnapshot, SuppressionEvidence } from '../crm/prospect.ts';
import { fold } from '../message/fold.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import { newText } from '../message/new-text.ts';
import type { Draft, ParsedHeaders, ParsedMessage } from '../message/types.ts';
import { channelOf } from './language/channel.ts';
import { otherLanguage } from './language/english.ts';
import { forgetTexts } from './language/remember.ts';
import { foreignPart } from './foreign-part.ts';
import { noticesOf } from './notices.ts';
import { readingsOf } from './readings.ts';
import { type StopFields, aliasRationale, decidedByRecord, optOutStop } from './record-rules.ts';
import type { Rubric } from './rubric.ts';
import type { Rule, RuleInput, RuleResult } from './rule.ts';
import { rulesInOrder, rulesOfText } from './rules/index.ts';
import { type Finding, type HoldReason, type Notice, RULE_DECISION, type Verdict } from './verdict.ts';

export interface JudgeInput {
  draft: Draft;
  /** null when the CRM mirror does not know the recipient. */
  prospect: ProspectSnapshot | null;
  channel: string;
  /** ISO date. */
  today: string;
  rubric: Rubric;
  /** Absent in a dry run, where there is no mail yet. */
  headers?: Pick<ParsedHeaders, 'listUnsubscribe'> | null;
  /** What the parser could not make out. */
  trouble?: ParsedMessage['trouble'];
  /** Channels that an unknown recipient's address or domain opted out of. */
  suppressedChannels?: readonly string[];
  /** Where those opt-outs come from, as evidence. */
  suppressions?: readonly SuppressionEvidence[];
  /** A reply of the recipient's that may ask for no more mail and that no person has decided on. */
  possibleOptOut?: SuppressionEvidence | null;
  /** Others whom the address may reach or be taken for, with their records. */
  aliases?: readonly { address: string; record: StopFields }[];
}

interface Doubt {
  reason: HoldReason;
  rationale: string;
}

/**
 * Judges one draft for one recipient by the rules alone. Pure: the same input gives the same verdict,
 * whatever the order of object keys and lists. `latency_ms` is 0; whoever has a clock sets it.
 *
 * A decision that stops the mail stands beside doubt. Doubt holds what would pass, and what would only be
 * penalised, since an engine may relay that.
 */
export function judgeByRules(input: JudgeInput): Verdict {
  try {
    return judged(input);
  } finally {
    forgetTexts();
  }
}

function judged(input: JudgeInput): Verdict {
  const { draft, prospect, rubric } = input;
  const doubts: Doubt[] = (input.trouble ?? []).map(({ kind, detail }) => ({
    reason: kind,
    rationale: detail,
  }));
  doubts.push(...tooMuchText(input));
  const findings: Finding[] = [];
  const notices = noticesOf(draft, input.headers ?? null);
  const record = prospect && inFixedOrder(prospect);

  doubts.push(...stoppedAlias(input));
  if (prospect === null || record === null) {
    doubts.push({ reason: 'unknown_recipient', rationale: 'The CRM mirror does not know the recipient.' });
    findings.push(...suppressionFindings(input));
  } else {
    doubts.push(...staleRecord(prospect, input));
    const ruled = applyRules(ruleInput(input, record), rulesInOrder);
    findings.push(...ruled.findings);
    doubts.push(...ruled.doubts);
    notices.push(...ruled.notices);
  }
  doubts.push(...undecidedReply(input));
  // The first doubt is the one that is told, and telling a language costs most.
  if (doubts.length === 0) doubts.push(...foreignLanguage(draft));

  const first = findings.find((finding) => finding.enforced);
  // What is stopped or held already needs no second reading.
  if (prospect && record && doubts.length === 0 && (!first || first.decision === 'PENALISE')) {
    doubts.push(...disguisedText(input, prospect, record, findings));
    if (doubts.length === 0) doubts.push(...foreignWords(draft, prospect));
  }
  const doubt = doubts[0];
  const stands = first && (!doubt || first.decision !== 'PENALISE') ? first : null;
  const held = stands ? null : doubt;
  return {
    decision: held ? null : (stands?.decision ?? 'PASS'),
    hold_reason: held?.reason ?? null,
    rationale: stands?.rationale ?? held?.rationale ?? 'No rule fired.',
    findings,
    notices,
    prospect,
    rubric_version: rubric.version,
    adapter_version: null,
    adapter: null,
    latency_ms: 0,
  };
}

/** @param prospect as `inFixedOrder` gives it */
function ruleInput(input: JudgeInput, prospect: ProspectSnapshot): RuleInput {
  const { draft, channel, today, rubric } = input;
  return {
    draft,
    subject: fold(draft.subject ?? ''),
    body: fold(draft.body),
    prospect,
    channel,
    today,
    rubric,
  };
}

function applyRules(
  input: RuleInput,
  rules: readonly Rule[],
): { findings: Finding[]; doubts: Doubt[]; notices: Notice[] } {
  const findings: Finding[] = [];
  const doubts: Doubt[] = [];
  const notices: Notice[] = [];
  for (const rule of rules) {
    const mode = input.rubric.rules[rule.name];
    if (mode === 'off') continue;
    let result: RuleResult;
    try {
      result = rule.check(input);
    } catch (error) {
      // One rule that stumbles over strange data must not cost the others' findings, nor let the mail go.
      const cause = error instanceof Error ? error.message : String(error);
      doubts.push({ reason: 'judge_error', rationale: `The rule ${rule.name} failed: ${cause}` });
      continue;
    }
    if (result.fired) {
      const { rationale, spans, fields } = result;
      const decision = RULE_DECISION[rule.name];
      findings.push({ rule: rule.name, decision, enforced: mode === 'enforce', rationale, spans, fields });
    } else {
      if (result.doubt && mode === 'enforce') doubts.push(result.doubt);
      notices.push(...(result.notices ?? []));
    }
  }
  return { findings, doubts, notices };
}

/** What comes by mail has been measured by the parser; a draft given as text has not. Other readings of it are not made. */
function tooMuchText({ draft, trouble = [] }: JudgeInput): Doubt[] {
  if (draft.body.length <= PARSE_LIMITS.bodyChars || trouble.some(({ kind }) => kind === 'too_complex'))
    return [];
  return [
    {
      reason: 'too_complex',
      rationale: `The draft has ${draft.body.length} characters (limit ${PARSE_LIMITS.bodyChars}).`,
    },
  ];
}

/** An address can have opted out without being a prospect. */
function suppressionFindings(input: JudgeInput): Finding[] {
  const { suppressedChannels = [], suppressions = [], channel, rubric } = input;
  const mode = rubric.rules.opt_out;
  const stop = optOutStop({ opt_out_channels: suppressedChannels, suppressions }, [
    channelOf(channel, 'email'),
  ]);
  if (!stop || mode === 'off') return [];
  const { rationale, fields } = stop;
  return [
    {
      rule: 'opt_out',
      decision: RULE_DECISION.opt_out,
      enforced: mode === 'enforce',
      rationale,
      spans: [],
      fields,
    },
  ];
}

function undecidedReply({ possibleOptOut, rubric }: JudgeInput): Doubt[] {
  if (!possibleOptOut || rubric.rules.opt_out !== 'enforce') return [];
  const { value, reason } = possibleOptOut;
  return [
    {
      reason: 'possible_opt_out',
      rationale: `A reply may ask for no more mail: ${reason ?? 'see the thread'}. If it does: presend crm opt-out ${value}; if not, release this mail.`,
    },
  ];
}

/** Somebody who must not get mail may be meant by the address. */
function stoppedAlias({ aliases = [], rubric, channel }: JudgeInput): Doubt[] {
  for (const { address, record } of aliases) {
    const stop = decidedByRecord(record, rubric, channel);
    if (stop) return [{ reason: 'possible_alias', rationale: aliasRationale(address, stop) }];
  }
  return [];
}

function staleRecord(prospect: ProspectSnapshot, { rubric, today }: JudgeInput): Doubt[] {
  const limit = rubric.stale_after_days;
  if (limit === null || prospect.updated_at === null) return [];
  const days = (Date.parse(today) - Date.parse(prospect.updated_at.slice(0, 10))) / 86_400_000;
  if (!(days > limit)) return [];
  return [
    { reason: 'stale_record', rationale: `The record was last changed ${days} days ago (limit ${limit}).` },
  ];
}

/** So many words in disguise are no accident, whatever they say. */
const DISGUISED_WORDS = 3;

/**
 * Doubt where the draft passes as it is written and would be stopped as a person may read it, and where words are disguised that
 * nobody can be sure to have read rightly.
 */
function disguisedText(
  input: JudgeInput,
  prospect: ProspectSnapshot,
  record: ProspectSnapshot,
  findings: readonly Finding[],
): Doubt[] {
  const { readings, disguised, count } = readingsOf(input.draft, prospect, input.rubric.peers.placeholders);
  const fired = new Set(findings.map(({ rule }) => rule));
  for (const { how, draft } of readings) {
    const { findings: others, doubts } = applyRules(ruleInput({ ...input, draft }, record), rulesOfText);
    const found = others.find(({ rule, enforced }) => enforced && !fired.has(rule));
    if (found !== undefined)
      return [{ reason: 'disguised_text', rationale: `Read ${how}: ${found.rationale}` }];
    const failed = doubts.find(({ reason }) => reason === 'judge_error');
    if (failed !== undefined) return [{ ...failed, rationale: `Read ${how}: ${failed.rationale}` }];
  }
  if (count < DISGUISED_WORDS) return [];
  const sample = disguised
    .slice(0, 3)
    .map((word) => `"${word}"`)
    .join(', ');
  return [
    {
      reason: 'disguised_text',
      rationale: `Words are written so that a program does not read them: ${sample}.`,
    },
  ];
}

/** Words in another language are no disguise but as hard to judge. */
function foreignWords(draft: Draft, prospect: ProspectSnapshot): Doubt[] {
  const part = foreignPart(draft, prospect);
  return part === null
    ? []
    : [
        {
          reason: 'language',
          rationale: `The draft is not English throughout (${part.where}: "${part.text}").`,
        },
      ];
}

/** New text only: quoted mail and signatures may be in any language. */
function foreignLanguage(draft: Draft): Doubt[] {
  const found = otherLanguage(newText(draft)) ?? otherLanguage(draft.subject ?? '');
  if (!found) return [];
  const sample = found.paragraph.slice(0, 60);
  return [
    {
      reason: 'language',
      rationale: `The draft is not English throughout (${found.language}: "${sample}").`,
    },
  ];
}

/** Keys sorted at every depth and word lists sorted, so that no rule can depend on their order. */
function inFixedOrder(prospect: ProspectSnapshot): ProspectSnapshot {
  return {
    ...prospect,
    disqualifiers: [...prospect.disqualifiers].sort(),
    opt_out_channels: [...prospect.opt_out_channels].sort(),
    available_signals: sortedKeys(prospect.available_signals) as Record<string, unknown>,
    commitments: sortedList(prospect.commitments),
    foreign: sortedList(prospect.foreign),
    peers: sortedList(prospect.peers),
  };
}

function sortedList<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, key: JSON.stringify(sortedKeys(item)) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

/** Deeper than any record; past it the value is kept as it is. */
const MAX_DEPTH = 12;

function sortedKeys(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => sortedKeys(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, item]) => [key, sortedKeys(item, depth + 1)]),
  );
}
