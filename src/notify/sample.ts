import type { NotificationContent } from './content.ts';

/** What `presend notify test` and the settings page send: how a message looks, told of nothing that happened. */
export function sampleContent(): NotificationContent {
  return {
    title: 'presend: a sample notification',
    summary: 'This is a sample: notifications arrive here',
    thread: 'sample',
    sections: [
      {
        topic: 'sample',
        headline: 'This is a sample: notifications arrive here',
        lines: [
          'A message tells what is held, why, and which engine wrote it.',
          'By e-mail it has links that release, reject or forward one mail; in Slack it leads into the app.',
        ],
        items: [],
      },
    ],
    mentions: [],
  };
}
