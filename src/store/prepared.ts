import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import { engineOf } from './engine.ts';
import type { Schema } from './schema.ts';

/** A database or a transaction, as far as it makes and runs queries. */
export type Queries = Pick<
  Kysely<Schema>,
  'selectFrom' | 'insertInto' | 'updateTable' | 'executeQuery' | 'getExecutor'
>;

/** Texts kept for one query: one for each engine, set of names and length of lists. */
const MAX_TEXTS = 100;

/** Stands for a value while the query is built. */
class Parameter {
  readonly name: string;
  /** Where in a list; undefined = it is no list. */
  readonly index: number | undefined;

  constructor(name: string, index?: number) {
    this.name = name;
    this.index = index;
  }
}

/**
 * A query that is built once instead of for each mail: building a statement costs several times what running it does. Lists may have any
 * length, and what is undefined is left out; for anything else that changes the text, such as a comparison with what may be null, there
 * is a query of its own.
 *
 * @param build makes the query of what stands for its values: puts them into it and looks at none
 * @returns runs it with values; resolves with its rows, rejects as Kysely's `execute` does
 */
export function prepared<P extends object, R>(
  build: (db: Queries, parameters: P) => Compilable<R>,
): (db: Queries, values: P) => Promise<R[]> {
  const texts = new Map<string, CompiledQuery<R>>();
  return async (db, values) => {
    const key = keyOf(db, values);
    let query = texts.get(key);
    if (!query) {
      query = build(db, standFor(values)).compile();
      if (texts.size >= MAX_TEXTS) texts.clear();
      texts.set(key, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof Parameter ? valueOf(values, one) : one));
    return (await db.executeQuery<R>({ ...query, parameters })).rows;
  };
}

function keyOf(db: Queries, values: object): string {
  let key: string = engineOf(db);
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) key += Array.isArray(value) ? ` ${name} ${value.length}` : ` ${name}`;
  }
  return key;
}

function standFor<P extends object>(values: P): P {
  const stand: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    stand[name] = Array.isArray(value) ? value.map((_, i) => new Parameter(name, i)) : new Parameter(name);
  }
  return stand as P;
}

function valueOf(values: object, { name, index }: Parameter): unknown {
  const value = (values as Record<string, unknown>)[name];
  return index === undefined ? value : (value as unknown[])[index];
}
