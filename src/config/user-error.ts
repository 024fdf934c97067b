/**
 * Something the person at the keyboard can mend. The message is one clear sentence that says what is
 * wrong and how to mend it; edges show it without a stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
}
