/** Header fields by lower-case name; a field given several times has its values joined by a line break. */
export type HeaderMap = ReadonlyMap<string, string>;

/** Characters kept of one field. The last ones, since in References the nearest mail stands there. */
const FIELD_CHARS = 128 * 1024;

export function headerMap(fields: Iterable<readonly [name: string, value: string]>): HeaderMap {
  const map = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.trim().toLowerCase();
    const before = map.get(key);
    const text = value.slice(-FIELD_CHARS).trim();
    map.set(key, before === undefined ? text : `${before}\n${text}`.slice(-FIELD_CHARS));
  }
  return map;
}

const AUTOMATIC_SUBJECT =
  /^\s*(?:auto(?:matic|mated)?[- ]?(?:reply|response|antwort)|automatische antwort|abwesenheit|abwesend|out of (?:the )?office|ooo\b|away from (?:the )?office|réponse automatique|absence du bureau|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede|automatisch antwoord|afwezig|resposta automática|undeliver(?:able|ed)|delivery (?:status notification|failure)|mail delivery (?:failed|system)|returned mail|read:|gelesen:|delivered:)/iu;

/** Headers whose mere presence says that a program wrote the mail. */
const TELLTALES = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply'];

/**
 * Whether a program wrote this mail: out-of-office and other auto-replies, delivery reports, mailing lists. What it says is
 * nobody's opt-out and nobody's answer. List headers do not count on an answer, since a team's alias may be a mailing list; nor
 * does X-Auto-Response-Suppress, which only asks others not to answer by themselves.
 *
 * Sources: RFC 3834 (Auto-Submitted, null return path), RFC 2919 and 2369 (lists), RFC 6522 (multipart/report), RFC 2076
 * (Precedence).
 */
export function isAutomatic(headers: HeaderMap, subject: string | null): boolean {
  const says = (key: string, what: RegExp): boolean =>
    headers
      .get(key)
      ?.split('\n')
      .some((value) => what.test(value.toLowerCase())) ?? false;
  const answers = says('in-reply-to', /\S/) || says('references', /\S/);
  const list = ['list-id', 'list-unsubscribe', 'list-post'].some((key) => headers.has(key));
  return (
    says('auto-submitted', /^(?!no\b|$)/) ||
    TELLTALES.some((key) => headers.has(key)) ||
    says('precedence', /^(?:auto[_-]?reply|junk)/) ||
    (!answers && (list || says('precedence', /^(?:bulk|list)/))) ||
    says('content-type', /^multipart\/report\b/) ||
    says('return-path', /^<\s*>/) ||
    says('from', /(?:^|<)\s*(?:mailer-daemon|postmaster)@/) ||
    AUTOMATIC_SUBJECT.test(subject ?? '')
  );
}
