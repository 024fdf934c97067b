/**
 * Lets a person end a long run early and still see what it found: the first Ctrl-C aborts the signal, the second ends the
 * process as usual.
 *
 * @param unit what is finished first, for the words on the terminal
 */
export function interruptible(unit = 'case'): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    process.stderr.write(`\nending after the ${unit} at hand; press Ctrl-C again to quit at once\n`);
    controller.abort();
  };
  process.once('SIGINT', onInterrupt);
  return { signal: controller.signal, done: () => process.removeListener('SIGINT', onInterrupt) };
}
