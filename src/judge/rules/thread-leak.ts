import type { FieldEvidence } from '../../crm/prospect.ts';
import { spanOf } from '../../message/fold.ts';
import { type Attribution, attributionFinder } from '../language/attribution.ts';
import { authoredText } from '../language/authored.ts';
import { type ForeignKnowledge, foreignKnowledge, type ForeignSource } from '../language/foreign-text.ts';
import { draftKeys, indexForeign, type Overlap, overlapOf, ownGrams, ownKeys } from '../language/overlap.ts';
import { companyPattern } from '../language/company.ts';
import { otherCustomer } from '../language/other-customer.ts';
import { type Piece, type Sentence, splitSentences } from '../language/sentences.ts';
import { toldElsewhere } from '../language/told-elsewhere.ts';
import type { Rule, RuleInput, RuleResult } from '../rule.ts';

/** What a sentence must share with a short note, and with a whole thread, which shares more by chance. */
const NOTE_SCORE = 2;
const THREAD_SCORE = 3;
/** A claim that somebody told is worth a shared word. */
const CLAIM = 1;
/** That many words in a row are taken over, not met by chance. */
const RUN = 8;

interface Leak {
  rationale: string;
  places: Piece[];
  fields: FieldEvidence[];
}

/**
 * Rule 4: the draft carries content of another thread (probe E01): words, figures or matters of a foreign
 * text, or a claim that another person of the company said so. What stands in the recipient's own thread,
 * their firmographics and public facts may be told.
 */
export const threadLeak: Rule = {
  name: 'thread_leak',
  check(input): RuleResult {
    const text = authoredText(input.body, input.draft);
    const known = foreignKnowledge(input.prospect, greetedIn(text));
    const sentences = splitSentences(text);
    const leak =
      leakIn(text, known, sentences) ?? toldLeak(text, sentences, input, known) ?? quotedLeak(input, known);
    const inSubject =
      leak === null ? leakIn(input.subject.text, known, splitSentences(input.subject.text)) : null;
    if (leak !== null) return fired(leak, input, 'body');
    return inSubject === null ? { fired: false } : fired(inSubject, input, 'subject');
  },
};

function fired(leak: Leak, input: RuleInput, part: 'subject' | 'body'): RuleResult {
  return {
    fired: true,
    rationale: leak.rationale,
    spans: leak.places.map(({ start, end }) => spanOf(part, input[part], start, end)),
    fields: leak.fields,
  };
}

function leakIn(text: string, known: ForeignKnowledge, sentences: readonly Sentence[]): Leak | null {
  const own = ownKeys(known.own);
  const grams = ownGrams(known.own);
  const said = known.sources.length === 0 ? null : draftKeys(text, sentences);
  const claimsIn = attributionFinder(known.ownRole, known.otherPeople);
  const claims = new Map(sentences.map((one) => [one, claimsIn(one)]));
  for (const source of known.sources) {
    const foreign = indexForeign(source.text, own, grams, said);
    for (const sentence of sentences) {
      const overlap = overlapOf(text, sentence, foreign);
      if (overlap === null) continue;
      const told = claims.get(sentence) ?? [];
      if (isLeak(overlap, told, source)) return carried(overlap, told, source);
    }
  }
  return claimedOnly(claims, known, own);
}

function isLeak(overlap: Overlap, claims: Attribution[], source: ForeignSource): boolean {
  const claim = claims.length > 0 ? CLAIM : 0;
  const score = overlap.score + claim + (overlap.telling > 0 ? overlap.hint : 0);
  if (source.kind === 'note') return score >= NOTE_SCORE && (overlap.telling > 0 || overlap.run >= RUN - 2);
  if (overlap.run >= RUN && overlap.telling > 0) return true;
  return score >= THREAD_SCORE && overlap.telling >= (claim > 0 ? 1 : 2);
}

function carried(overlap: Overlap, claims: Attribution[], source: ForeignSource): Leak {
  const whose =
    source.role === null ? 'another thread' : `the ${source.role.toUpperCase().replace('_', ' ')}'s thread`;
  return {
    rationale: `Carries content of ${whose} ("${overlap.place.text}").`,
    places: [overlap.place, ...claims],
    fields: [{ field: source.field, value: source.value }],
  };
}

/** "As your CFO told me, …" with nothing in the record that the recipient knows it. */
function claimedOnly(
  claims: Map<Piece, Attribution[]>,
  known: ForeignKnowledge,
  own: ReadonlySet<string>,
): Leak | null {
  for (const [sentence, found] of claims) {
    const claim = found.find((one) => one.told);
    if (claim === undefined) continue;
    const rest = sentence.text.replace(claim.text, ' ');
    const content = [...indexForeign(rest, new Set(), new Set()).items].filter(
      ([, item]) => item.weight >= 1,
    );
    const isKnown =
      content.length > 0 && content.filter(([key]) => own.has(key)).length * 2 >= content.length;
    if (isKnown || (content.length === 0 && known.marker === null)) continue;
    return {
      rationale: `Passes on what another person said ("${claim.text}").`,
      places: [claim],
      fields: known.marker === null ? [] : [known.marker],
    };
  }
  return null;
}

/** The name in the greeting: the record may not say who the recipient is. */
function greetedIn(text: string): string | null {
  return (
    /^\W*(?:\p{L}+ ){0,3}?(?<name>\p{Lu}\p{L}+)\s*(?:[,!.:\n-]|$)/u.exec(text.slice(0, 60))?.groups?.name ??
    null
  );
}

/** What somebody outside the reader's thread told, whether or not the record holds that conversation. */
function toldLeak(
  text: string,
  sentences: readonly Sentence[],
  { prospect }: RuleInput,
  known: ForeignKnowledge,
): Leak | null {
  const people = [prospect.name, greetedIn(text), ...prospect.thread.map((one) => one.person)]
    .filter(Boolean)
    .join(' ');
  const own = `${people} ${prospect.thread.map((one) => one.text).join(' ')}`;
  const words = new Set(own.match(/\p{Lu}[\p{L}'-]+/gu));
  const company = companyPattern(prospect.company);
  const told = toldElsewhere(sentences, {
    knows: (name) => name.split(' ').some((word) => words.has(word)),
    company,
  });
  if (told === null) {
    const alien = otherCustomer(sentences, { text: known.own, industry: prospect.industry, company });
    return alien === null
      ? null
      : {
          rationale: `Carries details of another customer ("${alien.text}").`,
          places: [alien],
          fields: [{ field: 'industry', value: prospect.industry }],
        };
  }
  return {
    rationale:
      told.whose === 'colleague'
        ? `Passes on what another person of the company said ("${told.text}").`
        : `Passes on what another company told in private ("${told.text}").`,
    places: [told],
    fields: known.marker === null ? [] : [known.marker],
  };
}

/** A quote that is not of the recipient's own thread: forwarding it shows them another one. */
function quotedLeak({ draft, body, prospect }: RuleInput, known: ForeignKnowledge): Leak | null {
  if (!draft.segments.some((segment) => segment.kind === 'quote')) return null;
  const quoted = {
    ...draft,
    segments: draft.segments.map((one) => ({
      ...one,
      kind: one.kind === 'quote' ? ('new' as const) : ('quote' as const),
    })),
  };
  const threads = known.sources.filter((source) => source.kind === 'thread');
  if (threads.length === 0) return null;
  const text = authoredText(body, quoted);
  const own = `${known.own}\n${prospect.thread.map((one) => one.text).join('\n')}`;
  for (const source of threads) {
    const foreign = indexForeign(source.text, ownKeys(own), ownGrams(own));
    for (const sentence of splitSentences(text)) {
      const overlap = overlapOf(text, sentence, foreign);
      if (overlap !== null && overlap.run >= RUN && overlap.telling > 0) return carried(overlap, [], source);
    }
  }
  return null;
}
