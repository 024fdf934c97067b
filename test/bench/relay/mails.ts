/** Whom the benchmark writes as and to: a prospect each, all known to the CRM mirror. */
export const SENDER = 'mara.lindt@demo.example';
export const DOMAIN = 'prospects.example';

/**
 * As smtp-source makes them with -N.
 *
 * @param part of a run, each of which writes to people of its own, as a campaign does
 */
export const recipient = (i: number, part = 'p'): string => `${i}${part}@${DOMAIN}`;

const PARAGRAPHS = [
  'I read your talk notes about moving the reporting pipeline away from nightly jobs, and the part about late events stayed with me. Most teams I speak with fix the pipeline first and find out afterwards that the readers of the reports had long built their own copies.',
  'We work with engineering leads who have more to build than people to build it. Our engineers join your team, use your tools and your review process, and report to your lead. You talk to each of them before anything is agreed, and you may say no without a reason.',
  'What usually helps at the start is a short conversation about which part of the work your own people want to keep, and which part they would be glad to hand over. It is a conversation between engineers, not a sales presentation, and there is nothing to prepare.',
  'If it is of no interest, one line is enough and I will not write again. If it is, I would be glad to hear which of the open topics is most on your mind, and who in the team should be part of the first conversation.',
  'I have kept this short on purpose. There are longer notes about how the work is organised, how code is reviewed and how people are introduced to a new code base, and I am happy to send them along.',
  'One more thought about the nightly jobs: keep the old ones running beside the new stream for a while, compare what both say, and let the people who read the reports decide when the old ones may go. That has spared more than one team an unpleasant Monday.',
  'I also liked how openly you spoke about the mistakes of the first attempt. It is rare to hear which of them were noticed by a test, which by a colleague and which only by a customer, and it was the most useful part of the evening for everybody I sat with.',
];

/**
 * An ordinary first mail of some 2 KB, which every rule lets pass.
 *
 * @param messageId null = none, so that each copy is a mail of its own
 */
export function mailText({ to, messageId }: { to: string; messageId: string | null }): string {
  const head = [
    `From: Mara Lindt <${SENDER}>`,
    `To: <${to}>`,
    'Subject: Your notes on the reporting pipeline',
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    ...(messageId === null ? [] : [`Message-ID: <${messageId}@demo.example>`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
  ];
  const body = ['Hello,', ...PARAGRAPHS, 'Kind regards,\r\nMara Lindt'].map(wrap).join('\r\n\r\n');
  return `${head.join('\r\n')}\r\n\r\n${body}\r\n`;
}

function wrap(paragraph: string): string {
  return paragraph.replace(/(.{1,72})(?: |$)/g, '$1\r\n').trimEnd();
}
