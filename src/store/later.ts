const waiting = new WeakMap<object, Promise<unknown>[]>();

/** Says that a commit looks at statements that were not waited for before it commits. @returns where they are put */
export function bindLater(trx: object): Promise<unknown>[] {
  const statements: Promise<unknown>[] = [];
  waiting.set(trx, statements);
  return statements;
}

/**
 * A statement whose answer nobody needs: where answers take a journey, it is not waited for but by the commit. Only for what cannot
 * fail by itself, such as an update by primary key: when it does, all that share the commit fail with it.
 */
export async function later(trx: object, statement: Promise<unknown>): Promise<void> {
  const statements = waiting.get(trx);
  if (!statements) return void (await statement);
  // Looked at by the commit.
  statement.catch(() => {});
  statements.push(statement);
}
