/** What people can be told of, in the order a message tells it. */
export const TOPICS = [
  'kill_switch',
  'judge_warning',
  'held',
  'flood',
  'due_soon',
  'uncertain',
  'expired',
  'spot_check',
] as const;
export type Topic = (typeof TOPICS)[number];

export const TOPIC_TITLES: Record<Topic, { title: string; about: string }> = {
  kill_switch: {
    title: 'Kill switch',
    about:
      'The kill switch acts, brand damage is reported, or an engine is stopped. Told in quiet hours too.',
  },
  judge_warning: {
    title: 'Warnings about the judge',
    about: 'A monitor of the adapter warns: it is slow, or its decisions are unlike those of before.',
  },
  held: { title: 'Held mail', about: 'Mail waits for a reviewer.' },
  flood: { title: 'Floods', about: 'Much mail is held for one cause, for example stale records.' },
  due_soon: { title: 'Due soon', about: 'A hold nobody has settled is about to expire.' },
  uncertain: {
    title: 'Uncertain',
    about: 'An upstream gave no answer: nobody knows whether it has the mail.',
  },
  expired: { title: 'Expired', about: 'A hold expired; the mail was not sent.' },
  spot_check: {
    title: 'Spot checks',
    about: 'Decisions were drawn for people to judge without seeing the verdict.',
  },
};
