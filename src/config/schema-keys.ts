import type { ZodType } from 'zod';

/** What is looked at of a schema: zod's own description of it. */
interface Described {
  _zod: { def: Partial<Record<string, unknown>> };
}

/** The keys that an object at `path` may have; empty where the schema does not fix them. */
export function keysAt(schema: ZodType, path: readonly PropertyKey[]): string[] {
  let at: Described | null = bare(schema as unknown as Described);
  for (const step of path) at = at && bare(inside(at, step));
  const def = at?._zod.def;
  return def?.['type'] === 'object' ? Object.keys(def['shape'] as object) : [];
}

function inside({ _zod: { def } }: Described, step: PropertyKey): Described | null {
  const next: Record<string, unknown> = {
    object: (def['shape'] as Record<PropertyKey, unknown> | undefined)?.[step],
    array: def['element'],
    record: def['valueType'],
  };
  return (next[String(def['type'])] as Described | undefined) ?? null;
}

/** Without default, optional, nullable and the like; of a pipe what goes in. */
function bare(schema: Described | null): Described | null {
  const def = schema?._zod.def;
  const wrapped = (def?.['innerType'] ?? def?.['in']) as Described | undefined;
  return wrapped ? bare(wrapped) : schema;
}
