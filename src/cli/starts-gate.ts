/** Whether these words start the gate and ask for nothing else. */
export function startsGate(words: readonly string[]): boolean {
  const rest = words.filter(
    (word, i) => !/^--(?:config|data)(?:=|$)/.test(word) && !/^--(?:config|data)$/.test(words[i - 1] ?? ''),
  );
  return rest.length === 1 && rest[0] === 'start';
}
