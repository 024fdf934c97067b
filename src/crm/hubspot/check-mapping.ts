import type { HubSpotObject } from '../../store/hubspot-schema.ts';
import type { FieldMapping, Mapping, ObjectMapping, StopMapping } from './settings.ts';
import { SyncTrouble } from './trouble.ts';

/** The mapping as one portal can fill it. */
export interface ResolvedMapping {
  mapping: Mapping;
  /** Defaults that the portal has no property for, as `contacts.title`. */
  absent: string[];
}

/**
 * Holds the mapping against the properties of a portal. Defaults without a property are left out, `*` is spelled out.
 *
 * @throws SyncTrouble that names every configured property the portal lacks, with those that are spelled like it
 */
export function resolveMapping(
  mapping: Mapping,
  properties: Readonly<Record<HubSpotObject, readonly string[]>>,
): ResolvedMapping {
  const unknown: string[] = [];
  const absent: string[] = [];
  const resolve = (object: HubSpotObject): ObjectMapping => {
    const known = properties[object];
    const has = new Set(known);
    const missing = (where: string, property: string, configured: boolean): void => {
      if (!configured) {
        absent.push(where);
        return;
      }
      const like = closeMatches(property, known);
      const hint = like.length > 0 ? `; did you mean ${like.join(' or ')}?` : '';
      unknown.push(`hubspot.sync.${where}: the portal has no property ${property} of ${object}${hint}`);
    };
    const fields = mapping[object].fields.flatMap((field): FieldMapping[] => {
      const there = field.properties.filter((property) => has.has(property));
      for (const property of field.properties) {
        if (!has.has(property)) missing(`${object}.${field.field}`, property, field.configured);
      }
      return there.length > 0 ? [{ ...field, properties: there }] : [];
    });
    const own = new Set(mapping[object].stops.map(({ property }) => property));
    const stops = mapping[object].stops.flatMap((stop): StopMapping[] => {
      if (stop.property.endsWith('*')) {
        const start = stop.property.slice(0, -1);
        // What is named by itself follows its own entry.
        return known
          .filter(
            (name) => name.startsWith(start) && /^\d+$/u.test(name.slice(start.length)) && !own.has(name),
          )
          .map((property) => ({ ...stop, property }));
      }
      if (has.has(stop.property)) return [stop];
      missing(`stops.${object}`, stop.property, stop.configured);
      return [];
    });
    return { fields, stops: stops.filter(({ channel }) => channel !== 'none') };
  };
  const resolved = { companies: resolve('companies'), contacts: resolve('contacts') };
  if (unknown.length > 0) throw new SyncTrouble(unknown.join('\n'));
  return { mapping: resolved, absent };
}

/** Properties to ask for, each once. */
export function propertiesOf({ fields, stops }: ObjectMapping, more: readonly string[] = []): string[] {
  return [...new Set([...fields.flatMap((f) => f.properties), ...stops.map((s) => s.property), ...more])];
}

/** Up to three names that are spelled like it or hold its words, the closest first. */
function closeMatches(name: string, among: readonly string[]): string[] {
  const bare = (text: string): string => text.replace(/^hs_|_/gu, '');
  const near = among
    .map((candidate) => {
      const distance = editDistance(bare(name), bare(candidate));
      const within = bare(candidate).includes(bare(name)) || bare(name).includes(bare(candidate));
      return { candidate, distance: within ? Math.min(distance, 2) : distance };
    })
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(bare(name).length / 3)));
  return near
    .toSorted((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance. */
function editDistance(one: string, two: string): number {
  let row = Array.from({ length: two.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= two.length; j++) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === two[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[two.length] ?? 0;
}
