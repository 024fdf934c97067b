import type { WelcomeDeps } from '../access/welcome-endpoints.ts';
import { newToken } from '../access/random-token.ts';
import { type SubmitOptions, submitMails } from '../intake/submit.ts';

/** Test mails of the welcome page take the way of mails that come by HTTP; nobody waits for the verdict, the page follows it. */
export function submitTestMail(options: SubmitOptions): WelcomeDeps['submit'] {
  return async (engine, mail, { address }) => {
    const origin = {
      protocol: 'HTTP' as const,
      remoteAddress: address,
      helo: null,
      transmission: 'HTTP',
      user: engine.name,
    };
    // A digest of its own: asking twice means two mails, not a retry.
    const from = { origin, digest: newToken(), key: null, intake: 'browser' };
    const [submitted] = await submitMails(
      options,
      { ...engine, answer: 'async' },
      [{ mail, request: null }],
      from,
    );
    return submitted!.id;
  };
}
