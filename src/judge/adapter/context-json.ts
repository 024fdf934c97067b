import type { ProspectSnapshot } from '../../crm/prospect.ts';
import type { AdapterInput } from './adapter.ts';
import type { Profile } from './profile.ts';
import type { TrimLevel } from './prompt.ts';
import { boundedSignals } from './signals.ts';

/**
 * The record in the published adapter's context schema (its card). What the schema has no field for goes among the
 * signals, under the names that the published cases use.
 */
export function contextJson(
  { prospect }: AdapterInput,
  { indent, ascii }: Pick<Profile['context'], 'indent' | 'ascii'>,
  level: TrimLevel,
): { text: string; trimmed: string[] } {
  const { signals, trimmed } = boundedSignals(signalsWithExtras(prospect), level);
  const record = { ...publishedContext(prospect), available_signals: signals };
  const text = indent === null ? oneLine(record) : JSON.stringify(record, null, indent);
  return { text: ascii ? asciiOnly(text) : text, trimmed };
}

/** The record in the published context schema, in the order of its fields, with all of its signals. */
export function publishedContext(prospect: ProspectSnapshot): Record<string, unknown> {
  return {
    prospect_id: prospect.prospect_id,
    company: prospect.company,
    headcount: prospect.headcount,
    funding_stage: prospect.funding_stage,
    funding_amount_usd: prospect.funding_amount_usd,
    funding_confidence: prospect.funding_confidence,
    disqualifiers: prospect.disqualifiers,
    opt_out_channels: prospect.opt_out_channels,
    thread_id: prospect.thread_id,
    recipient_role: prospect.recipient_role,
    available_signals: signalsWithExtras(prospect),
  };
}

const signalsWithExtras = (prospect: ProspectSnapshot): Record<string, unknown> => ({
  ...extras(prospect),
  ...prospect.available_signals,
});

function extras(prospect: ProspectSnapshot): Record<string, unknown> {
  const { city, industry, regulated, commitments, thread, foreign } = prospect;
  return {
    ...(city === null ? {} : { prospect_city: city }),
    ...(industry === null ? {} : { prospect_industry: industry }),
    ...(regulated === null ? {} : { regulatory_context: regulated }),
    ...(commitments.length === 0 ? {} : { prior_commitments: commitments }),
    ...(thread.length === 0
      ? {}
      : { conversation_history: thread.map(({ direction, text }) => ({ direction, text })) }),
    ...(foreign.length === 0 ? {} : { other_threads: foreign.map(({ source, text }) => ({ source, text })) }),
  };
}

/** As Python's json.dumps writes it: a space after each comma and colon outside strings. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`).join(', ')}}`;
}

function asciiOnly(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
