/** How long work in small pieces may go on in one turn of the event loop, milliseconds. */
const SLICE_MS = 20;

let began: number | null = null;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Between two pieces of work of which there may be many: SQLite answers within the same turn of the event loop, so that
 * awaiting it lets nobody else in. Resolves at once while this turn is young, otherwise in a later one.
 */
export async function breathe(): Promise<void> {
  for (;;) {
    if (began === null) {
      began = performance.now();
      setImmediate(() => (began = null));
      return;
    }
    if (performance.now() - began < SLICE_MS) return;
    await nextTurn();
  }
}
