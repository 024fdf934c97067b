/**
 * Waits for statements that were asked for at once: on PostgreSQL they are one journey to the server and back, and they run in the
 * order in which they were asked for. Waits for all of them even where one fails, so that none runs after its transaction was taken
 * back.
 *
 * @returns their results, in the order given
 * @throws the error that came first: in a transaction it is the reason of the others
 */
export async function together<const T extends readonly unknown[]>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let first: { error: unknown } | undefined;
  const results: unknown[] = await Promise.all(
    statements.map(async (statement) => {
      try {
        return await statement;
      } catch (error) {
        first ??= { error };
        return undefined;
      }
    }),
  );
  if (first) throw first.error;
  return results as { -readonly [K in keyof T]: Awaited<T[K]> };
}
