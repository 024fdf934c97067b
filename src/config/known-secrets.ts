/**
 * The secrets this process has read, in every form in which another side may repeat them: as they are, percent-encoded, and inside
 * base64, which is how logins travel (RFC 4616, RFC 7617).
 */
const forms = new Set<string>();

/** Shorter ones would blank ordinary words. */
const SHORTEST = 6;
const MASK = '[secret]';

/** Remembers a secret, so that `withoutSecrets` finds it. */
export function rememberSecret(secret: string): void {
  if (secret.length < SHORTEST) return;
  // Of a webhook's URL the path is the secret, and what is repeated.
  const path = /^https?:\/\/[^/]+\/(.+)$/.exec(secret)?.[1];
  if (path !== undefined) rememberSecret(path);
  forms.add(secret);
  forms.add(encodeURIComponent(secret));
  // What stands before it decides how it falls into base64's groups of three bytes.
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    const whole = encoded.slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + Buffer.byteLength(secret)) * 8) / 6),
    );
    if (whole.length >= SHORTEST) forms.add(whole);
  }
}

/**
 * Blanks secrets in what another side said: an upstream or a proxy in trouble repeats requests, and its words go into logs, notes of
 * deliveries and the audit log.
 */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, MASK);
  return clean;
}
