/** Methods of HTTP, and of others who may be sent here across protocols. BDAT is not offered; its bytes would be read as commands. */
const FOREIGN_WORDS = new Set(
  'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PRI PROXY BDAT'.split(' '),
);

/**
 * Whether a line is of another protocol than SMTP: an HTTP request or header, a PROXY header of a peer that is not listed, TLS.
 *
 * Such a client is told nothing more and is not listened to: a web page can make a browser send what it likes to this port, with
 * SMTP commands in the body (ALPACA, Brinkmann et al. 2021; Postfix's `smtpd_forbidden_commands`).
 */
export function isForeign(line: string): boolean {
  const word = /^[A-Za-z]*/.exec(line)?.[0] ?? '';
  return (
    /^[^A-Za-z\s]/.test(line) ||
    FOREIGN_WORDS.has(word.toUpperCase()) ||
    /\sHTTP\/\d(?:\.\d)?\s*$/i.test(line) ||
    // `MAIL FROM:` has a space before its colon.
    /^[A-Za-z][A-Za-z0-9-]*:/.test(line)
  );
}
