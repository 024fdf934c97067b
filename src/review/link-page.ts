import { page } from '../http/page.ts';
import { escapeHtml } from '../message/escape-html.ts';
import type { LinkAct, LinkClaims } from './links.ts';
import type { LinkUse } from './link-use-store.ts';

interface ActWords {
  title: string;
  button: string;
  done: string;
  /** As in "was used to …". */
  did: string;
}

const WORDS: Record<LinkAct, ActWords> = {
  release: {
    title: 'Release this mail',
    button: 'Release to the recipient',
    done: 'Released. It is on its way to the recipient.',
    did: 'release the mail',
  },
  reject: {
    title: 'Reject this mail',
    button: 'Reject it',
    done: 'Rejected. The mail is not sent; its engine is told.',
    did: 'reject the mail',
  },
  escalate: {
    title: 'Forward this mail to the account owner',
    button: 'Forward to the account owner',
    done: 'Forwarded. The account owner gets the draft; the prospect gets nothing.',
    did: 'forward the mail to the account owner',
  },
  take_over: {
    title: 'Take this prospect over',
    button: 'Take over',
    done: 'Taken over. The mail is closed and every engine is paused for this prospect.',
    did: 'take the prospect over',
  },
  close: {
    title: 'Close without sending',
    button: 'Close',
    done: 'Closed. The mail was not sent.',
    did: 'close the mail',
  },
};

/** What a page shows of a delivery. */
export interface LinkFacts {
  recipient: string;
  subject: string | null;
  engine: string;
  /** In words, with the rationale. */
  why: string;
  /** The verdict as it is now, in words. */
  verdict: string;
  state: string;
  /** The mail as its recipient would read it. */
  text: string;
  /** Into the app. */
  href: string;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;
const note = (text: string): string => `<p class="note" role="status">${escapeHtml(text)}</p>`;
const openLink = (href: string): string =>
  `<p><a href="${escapeHtml(href)}">Open it in presend</a> (needs signing in)</p>`;

export const INVALID = page(
  'This link is no longer valid',
  '<p>It expired or was changed on the way. Look the mail up in presend, or ask your operator to: <code>presend show</code>.</p>',
);

export const TOO_MANY = page('Too many requests', '<p>Wait a minute, then follow the link again.</p>');

function facts(about: LinkFacts): string {
  const rows: [string, string][] = [
    ['To', about.recipient],
    ['Subject', about.subject ?? '(none)'],
    ['From the engine', about.engine],
    ['Why it was stopped', about.why],
    ['Verdict now', about.verdict],
  ];
  const list = rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<dl>${list.join('')}</dl>`;
}

const mailText = ({ text }: LinkFacts): string =>
  `<h2 id="mail">The mail</h2>\n<pre tabindex="0" role="region" aria-labelledby="mail">${escapeHtml(text.trim() === '' ? '(no text)' : text)}</pre>`;

/** What would happen, and the form that does it. */
export function offerPage(
  { act, person }: LinkClaims,
  about: LinkFacts,
  { look, problem }: { look: string; problem?: string },
): string {
  const { title, button } = WORDS[act];
  const radio = (value: string, label: string): string =>
    `<label><input type="radio" name="label" value="${value}" required>${label}</label>`;
  const form = `<form method="post">
<input type="hidden" name="look" value="${escapeHtml(look)}">
<fieldset><legend>Was the judge right to stop it?</legend>
${radio('right', 'Right')}${radio('wrong', 'Wrong')}${radio('not_sure', 'Not sure')}</fieldset>
${act === 'reject' ? '<label>Reason, told to the engine (optional)<textarea name="reason" rows="3" maxlength="500"></textarea></label>' : ''}
<button>${escapeHtml(button)}</button>
</form>
${paragraph(`This link works once. The act is recorded as ${person}’s.`)}`;
  return page(
    title,
    (problem ? note(problem) : '') + facts(about) + mailText(about) + form + openLink(about.href),
  );
}

/** The mail is no longer as the link's mail showed it. */
export function changedPage(claims: LinkClaims, about: LinkFacts): string {
  const settled = about.state !== claims.state;
  const why = settled
    ? `It was settled already: the mail is ${about.state}.`
    : 'The mail was edited or judged again since this link was sent. Look at it anew before you decide; this link does nothing any more.';
  return page(
    settled ? 'Nothing to do' : 'This mail has changed',
    note(why) + facts(about) + mailText(about) + openLink(about.href),
  );
}

export function usedPage(claims: LinkClaims, use: LinkUse, about: LinkFacts): string {
  const at = `${new Date(use.used_at).toISOString().slice(0, 16).replace('T', ' at ')} UTC`;
  const text = `${use.person} used it on ${at} to ${WORDS[claims.act].did}. The mail is ${about.state} now.`;
  return page('This link was used already', note(text) + facts(about) + openLink(about.href));
}

/** @param waiting four-eyes: it was noted as an approval, another person has to release it as well */
export function donePage({ act }: LinkClaims, about: LinkFacts, waiting: boolean): string {
  const text = waiting
    ? 'Noted as your approval. Another person has to release this mail as well before it leaves.'
    : WORDS[act].done;
  return page(waiting ? 'Approved' : 'Done', paragraph(text) + openLink(about.href));
}

export function refusedPage(message: string, href: string): string {
  return page('Not done', paragraph(message) + openLink(href));
}
