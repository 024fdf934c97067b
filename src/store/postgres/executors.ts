import {
  type BinaryOperationNode,
  type CompiledQuery,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  Kysely,
  OperatorNode,
  PostgresAdapter,
  PostgresDialect,
  type PostgresPool,
  PostgresQueryCompiler,
  PrimitiveValueListNode,
  type QueryResult,
  ValueListNode,
} from 'kysely';
import type { Schema } from '../schema.ts';
import type { PostgresConnection } from './connection.ts';
import type { SharedConnections } from './shared-connections.ts';

/** `in ()` is true of nothing, as SQLite has it; PostgreSQL does not read it. Kysely's plugin for it copies every query. */
class Compiler extends PostgresQueryCompiler {
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { operator, rightOperand: right } = node;
    const list = PrimitiveValueListNode.is(right) || ValueListNode.is(right);
    if (list && right.values.length === 0 && OperatorNode.is(operator)) {
      if (operator.operator === 'in') return this.append('1 = 0');
      if (operator.operator === 'not in') return this.append('1 = 1');
    }
    super.visitBinaryOperation(node);
  }
}

const compiler = new Compiler();
const adapter = new PostgresAdapter();

/** Single statements go to connections that all share; a connection of its own is for `db.transaction()`. */
class SharingExecutor extends DefaultQueryExecutor {
  readonly #shared: SharedConnections;

  constructor(shared: SharedConnections, own: DefaultConnectionProvider) {
    super(compiler, adapter, own);
    this.#shared = shared;
  }

  override executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#shared.executeQuery(query);
  }
}

/**
 * The database as everybody reads it.
 *
 * @param shared null = single statements too take a connection of their own
 * @param pool what transactions outside of `transact` take their connection from
 */
export function sharing(shared: SharedConnections | null, pool: PostgresPool): Kysely<Schema> {
  const dialect = new PostgresDialect({ pool });
  const driver = dialect.createDriver();
  // Remembers the pool; it is there already.
  void driver.init();
  const own = new DefaultConnectionProvider(driver);
  const executor = shared
    ? new SharingExecutor(shared, own)
    : new DefaultQueryExecutor(compiler, adapter, own);
  return new Kysely<Schema>({ config: { dialect }, dialect, driver, executor });
}

/**
 * The database on one connection. Unlike Kysely's own, it does not wait for one answer before it sends the next statement; in the
 * order in which they are asked for they go.
 */
export function onConnection(connection: PostgresConnection): Kysely<Schema> {
  const executor = new DefaultQueryExecutor(compiler, adapter, {
    provideConnection: (consumer) => consumer(connection),
  });
  return new Kysely<Schema>({ ...NO_DIALECT, executor });
}

const dialect = new PostgresDialect({ pool: () => Promise.reject(new Error('a transaction opens nothing')) });
const NO_DIALECT = { config: { dialect }, dialect, driver: dialect.createDriver() };
