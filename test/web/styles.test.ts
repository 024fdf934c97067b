import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';

const SOURCE = join(PROJECT_ROOT, 'src/web');
/** Their sheets come with the first load. */
const EVERYWHERE = ['app', 'parts'];

/** Texts of the files of an area (a folder of `src/web`) with such an ending. */
function textsOf(area: string, ending: string): string[] {
  return readdirSync(join(SOURCE, area))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(SOURCE, area, name), 'utf8'));
}

/** Each class with the areas whose sheets write about it. A sheet stays loaded when its page is left: classes are global. */
function styledBy(): Map<string, Set<string>> {
  const classes = new Map<string, Set<string>>();
  const areas = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: area } of areas) {
    for (const sheet of textsOf(area, '.css')) {
      for (const [, name = ''] of sheet.replaceAll(/\/\*.*?\*\//gsu, '').matchAll(/\.([a-z][\w-]*)/giu)) {
        classes.set(name, (classes.get(name) ?? new Set()).add(area));
      }
    }
  }
  return classes;
}

it('has no class that two areas style, each its own way', () => {
  const twice = [...styledBy()].filter(([, areas]) => {
    const own = [...areas].filter((area) => !EVERYWHERE.includes(area));
    return own.length > 1;
  });
  expect(twice).toEqual([]);
});

it('styles what every page shows in the sheets that every page loads', () => {
  const classes = styledBy();
  const late = EVERYWHERE.flatMap((area) => textsOf(area, '.tsx')).flatMap((text) =>
    [...text.matchAll(/className="([^"]*)"/gu)]
      .flatMap(([, names = '']) => names.split(' '))
      .filter((name) => {
        const areas = [...(classes.get(name) ?? [])];
        return areas.length > 0 && !areas.some((area) => EVERYWHERE.includes(area));
      }),
  );
  expect(late).toEqual([]);
});
