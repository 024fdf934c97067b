import { userInfo } from 'node:os';

/** Who is recorded as acting from the terminal. */
export function actorName(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return 'cli';
  }
}
