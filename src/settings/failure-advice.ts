import type { AttemptResult } from '../delivery/courier.ts';

/** What an upstream's answer means, and how to mend it. */
export interface Advice {
  /** One sentence. */
  meaning: string;
  /** One or two sentences; null where nothing is to mend. */
  advice: string | null;
}

/** Known troubles, the most telling first. Matched against the response, which is the upstream's words or the system's. */
const KNOWN: readonly [pattern: RegExp, meaning: string, advice: string][] = [
  [
    /ECONNREFUSED/,
    'Nothing listens at that host and port.',
    'Check host and port of the upstream; submission is usually port 587, or 465 with tls: implicit.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|getaddrinfo|EDNS/,
    'The host’s name does not resolve.',
    'Check the spelling of the host, and that this machine can ask a name server.',
  ],
  [
    /ETIMEDOUT|timed? ?out|no end after|ESOCKETTIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    'The upstream cannot be reached in time.',
    'A firewall often blocks outgoing SMTP: many hosters close port 25. Try port 587, or ask your hoster.',
  ],
  [
    /self[- ]signed|unable to (?:verify|get)|certificate|CERT_|altnames/i,
    'The upstream’s certificate is not trusted.',
    'Use the name the certificate is for as host, or give its authority with ca_file. Do not turn verify_certificate off for a real provider.',
  ],
  [
    /wrong version number|SSL routines|EPROTO|packet length/i,
    'The TLS handshake failed.',
    'tls: implicit is for port 465 and tls: required for 587; the two are probably mixed up.',
  ],
  [
    /STARTTLS|must issue|upgrade.*TLS|ETLS/i,
    'The upstream and the gate do not agree on TLS.',
    'Set tls: required (port 587) or tls: implicit (port 465) for this upstream.',
  ],
  [
    /own login was refused|\b53[045]\b|5\.7\.8|EAUTH|[Aa]uthenticat|invalid_api_key|missing_api_key|\b401\b|[Uu]nauthorized|InvalidClientTokenId|SignatureDoesNotMatch/,
    'The upstream refused the gate’s login.',
    'Check user and password (or the API key) of this upstream; some providers want the word “apikey” as user, or a key with the right to send.',
  ],
  [
    /not verified|verify|domain.*(?:not|un)|sender.*(?:identity|signature)|5\.7\.1|not allowed to send/i,
    'The upstream does not let the account send from this address.',
    'Verify the sender’s domain at the provider, or choose a sender of a domain that is verified.',
  ],
  [
    /\b429\b|too many|rate|4\.7\.0|pause/i,
    'The upstream asks for a pause.',
    'Wait a little and test again; if it stays, the account’s sending limit is reached.',
  ],
  [
    /5\.1\.1|user unknown|no such|mailbox/i,
    'The upstream does not know the recipient.',
    'Check the address the test goes to.',
  ],
  [
    /is not configured/,
    'There is no such upstream in the configuration the gate runs with.',
    'Restart the gate after you changed the configuration.',
  ],
];

export function adviceFor({ outcome, response }: Pick<AttemptResult, 'outcome' | 'response'>): Advice {
  switch (outcome) {
    case 'delivered':
      return { meaning: 'The upstream took the mail.', advice: null };
    case 'aborted':
      return { meaning: 'The test was not sent.', advice: response };
    case 'lost':
      return {
        meaning: 'The whole mail went out and no answer came: the upstream may have it or not.',
        advice: 'Look whether it arrived. If this happens again, the connection breaks: ask the provider.',
      };
    case 'temporary':
    case 'permanent': {
      const known = KNOWN.find(([pattern]) => pattern.test(response));
      if (known) return { meaning: known[1], advice: known[2] };
      return outcome === 'permanent'
        ? {
            meaning: 'The upstream refused the mail for good.',
            advice: 'Its answer says why; the provider’s documentation explains the code.',
          }
        : {
            meaning: 'The upstream did not take the mail this time.',
            advice: 'Its answer says why. The gate would try again later; test again in some minutes.',
          };
    }
  }
}
