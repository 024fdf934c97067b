/** Several secrets may be given, separated by blanks: one per webhook, or the old and the new one while they change. */
export function secretsOf(text: string): string[] {
  return text.split(/\s+/).filter((secret) => secret !== '');
}
