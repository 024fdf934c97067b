import type { Random } from '../../src/evaluate/random.ts';
import type { Kind, Mail } from './ledger.ts';
import { ENGINES, PEOPLE, addressOf } from './template.ts';

/** How often each kind comes, of a hundred. */
const SHARES: [Kind, number][] = [
  ['pass', 55],
  ['disqualified', 8],
  ['opted-out', 7],
  ['chief', 8],
  ['rumour', 12],
  ['stranger', 4],
  ['disliked', 6],
];

const SYLLABLES = [
  'ba',
  'co',
  'du',
  'fi',
  'ga',
  'ho',
  'ka',
  'le',
  'mi',
  'no',
  'pu',
  'ra',
  'se',
  'ta',
  'vo',
  'zi',
];

const BODY: Partial<Record<Kind, string>> = {
  rumour: 'Congratulations on closing your $20M Series B last month!',
  // A word and no sentence: one that stands in several mails would count as leaked.
  disliked: 'Dislikable.',
};

const LINKS = ['and', 'with', 'or', 'for', 'in', 'and', 'with', 'by'];

/** Makes one mail after another, drawn from `random`. */
export class Mails {
  readonly #random: Random;
  readonly #prefix: string;
  #made = 0;
  #words = 0;

  /** Addresses of people who opted out meanwhile. */
  readonly #optedOut: string[] = [];

  /** @param prefix of the tokens, so that those of other cycles differ */
  constructor(prefix: string, random: Random) {
    this.#prefix = prefix;
    this.#random = random;
  }

  /** Tells of somebody who opted out, and gets mail all the same. */
  optedOut(address: string): void {
    this.#optedOut.push(address);
  }

  next(): Mail {
    this.#made += 1;
    const token = `${this.#prefix}-m${this.#made}`;
    const kind = this.#kind();
    const recipients = [this.#person(kind)];
    // Several recipients of one mail, each with an outcome of its own. What is wrong with a text is wrong for the first alone.
    if (this.#random() < 0.2 && BODY[kind] === undefined) {
      const other = this.#person(this.#random() < 0.7 ? 'pass' : 'disqualified');
      if (other.address !== recipients[0].address) recipients.push(other);
    }
    const draw = this.#random();
    const way = draw < 0.22 ? 'resend' : draw < 0.4 ? 'postmark' : 'smtp';
    const domain = way !== 'smtp' || this.#random() < 0.6 ? ENGINES.sync : ENGINES.async;
    const from = `ann@${domain}`;
    const text = [
      // Words of its own, or what was written to one would count as content leaked to another; between English ones, or they
      // would count as another language.
      `Hello, could we speak about ${LINKS.map((link) => `${this.#word()} ${link}`).join(' ')} next week?`,
      ...recipients.flatMap((one) => BODY[one.kind] ?? []),
      `Best, Ann. Reference ${token}.`,
    ];
    const to = recipients.map(({ address }) => address);
    return {
      token,
      way,
      from,
      recipients,
      body: BODIES[way](token, from, to, text),
      // An engine without keys relies on the gate to know its request again.
      key: way === 'resend' && this.#random() < 0.7 ? `key-${token}` : null,
      tries: [],
    };
  }

  #kind(): Kind {
    let left = this.#random() * 100;
    for (const [kind, share] of SHARES) {
      left -= share;
      if (left < 0) return kind;
    }
    return 'pass';
  }

  #person(kind: Kind): { address: string; kind: Kind } {
    // Mail to somebody who has just opted out must be as likely as mail under way to them.
    const again = kind === 'pass' && this.#random() < 0.1 ? this.#optedOut.at(-1) : undefined;
    if (again !== undefined) return { kind, address: again };
    const count = kind === 'stranger' ? 1_000 : PEOPLE[kind];
    return { kind, address: addressOf(kind, Math.floor(this.#random() * count)) };
  }

  /** A word that no other mail holds: six syllables of a number that runs through all of 24 bits. */
  #word(): string {
    this.#words += 1;
    const number = Math.imul(this.#words, 0x9e3779b1) & 0xffffff;
    return [0, 4, 8, 12, 16, 20].map((shift) => SYLLABLES[(number >> shift) & 15]).join('');
  }
}

function mime(token: string, from: string, to: string[], text: string[]): string {
  return [
    `From: Ann <${from}>`,
    `To: ${to.join(', ')}`,
    `Subject: Engineering capacity ${token}`,
    `Message-ID: <${token}@load.example>`,
    'Date: Fri, 27 Nov 2026 08:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...text,
    '',
  ].join('\r\n');
}

const BODIES: Record<Mail['way'], typeof mime> = {
  smtp: mime,
  resend: (token, from, to, text) =>
    JSON.stringify({
      from: `Ann <${from}>`,
      to,
      subject: `Engineering capacity ${token}`,
      text: text.join('\n'),
    }),
  postmark: (token, from, to, text) =>
    JSON.stringify({
      From: `Ann <${from}>`,
      To: to.join(', '),
      Subject: `Engineering capacity ${token}`,
      TextBody: text.join('\n'),
    }),
};
