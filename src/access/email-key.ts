/** The key a user's e-mail address is found by: as people type it, without regard to case. */
export function emailKey(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}
