/** A job was ended because it went beyond a limit. `message` says which and follows what was done: "reading it" … */
export class JobLimitError extends Error {
  override readonly name = 'JobLimitError';
}
