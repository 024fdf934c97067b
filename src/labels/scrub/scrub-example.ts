import type { ProspectSnapshot } from '../../crm/prospect.ts';
import { draftFromText } from '../../evaluate/context.ts';
import type { Example, JudgeAnswer } from '../example.ts';
import type { Scrubber } from './scrubber.ts';

/** Words that stand for themselves: the schema's own values and those that rules read. */
const OWN_WORDS =
  /^(?:seed|series_[a-f]|public|pre_seed|high|medium|low|insufficient_signal|anti_offshore|local_only|do_not_contact|competitor|email|sms|linkedin|all|founder|c_?(?:level|suite)|c[a-z]o|vp_eng|other)$/iu;

/** An example without anybody's name; same structure, same decisions. */
export function scrubExample(example: Example, scrubber: Scrubber): Example {
  const { prospect, draft, chosen, rejected, meta } = example;
  const answer = ({ decision, rationale }: JudgeAnswer): JudgeAnswer => ({
    decision,
    rationale: scrubber.text(rationale),
  });
  const revision = /@\d+$/u.exec(example.id)?.[0] ?? '';
  return {
    ...example,
    id: scrubber.id(meta.delivery_id) + revision,
    prospect: scrubSnapshot(prospect, scrubber),
    draft: draftFromText(
      scrubber.text(draft.body),
      draft.subject === null ? null : scrubber.text(draft.subject),
    ),
    chosen: answer(chosen),
    rejected: rejected && answer(rejected),
    meta: {
      ...meta,
      delivery_id: scrubber.id(meta.delivery_id),
      labelled_by: scrubber.id(meta.labelled_by),
    },
  };
}

function scrubSnapshot(prospect: ProspectSnapshot, scrubber: Scrubber): ProspectSnapshot {
  const text = (value: string | null): string | null =>
    value === null || OWN_WORDS.test(value) ? value : scrubber.text(value);
  const id = (value: string | null): string | null => (value === null ? null : scrubber.id(value));
  const { suppressions: _, ...rest } = prospect;
  return {
    ...rest,
    prospect_id: scrubber.id(prospect.prospect_id),
    address: text(prospect.address),
    name: text(prospect.name),
    company: text(prospect.company),
    funding_stage: text(prospect.funding_stage),
    funding_confidence: text(prospect.funding_confidence),
    disqualifiers: prospect.disqualifiers.map((one) => text(one)!),
    opt_out_channels: prospect.opt_out_channels.map((one) => text(one)!),
    thread_id: id(prospect.thread_id),
    recipient_role: text(prospect.recipient_role),
    title: text(prospect.title),
    industry: text(prospect.industry),
    city: text(prospect.city),
    country: text(prospect.country),
    regulated: text(prospect.regulated),
    account_owner: text(prospect.account_owner),
    available_signals: scrubber.value(prospect.available_signals) as Record<string, unknown>,
    commitments: prospect.commitments.map((one) => ({
      ...one,
      subject: scrubber.text(one.subject),
      note: text(one.note),
    })),
    thread: prospect.thread.map((one) => ({
      ...one,
      threadId: scrubber.id(one.threadId),
      person: text(one.person),
      role: text(one.role),
      text: scrubber.text(one.text),
    })),
    // The fingerprints are of the text as it was.
    foreign: prospect.foreign.map(({ shared: _shared, ...one }) => ({
      ...one,
      source: scrubber.text(
        one.threadId === null ? one.source : one.source.replace(one.threadId, scrubber.id(one.threadId)),
      ),
      threadId: id(one.threadId),
      text: scrubber.text(one.text),
    })),
    peers: prospect.peers.map((one) => ({ ...one, name: scrubber.text(one.name) })),
  };
}
