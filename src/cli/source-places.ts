import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/**
 * Has stack traces name the sources of what was bundled, as Node does with `--enable-source-maps`. That reads the map of every file
 * when it is loaded; here it is read when the first trace is told.
 *
 * @param bundle a module whose map lies beside it
 */
export function tellSourcePlaces(bundle: URL): void {
  let map: SourceMap | undefined;
  const placeOf = (line: number, column: number): string | null => {
    map ??= new SourceMap(JSON.parse(readFileSync(new URL(`${bundle.href}.map`), 'utf8')));
    const entry = map.findEntry(line - 1, column - 1);
    // What has no place in the map, a package's code, would be given the last one before it.
    if (!('originalSource' in entry) || entry.generatedLine !== line - 1) return null;
    const source = new URL(entry.originalSource, bundle).href;
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => {
      // oxlint-disable-next-line typescript/no-base-to-string -- V8's call sites have one of their own
      const told = String(site);
      const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
      if (site.getFileName() !== bundle.href || line === null || column === null) return told;
      try {
        return told.replace(`${bundle.href}:${line}:${column}`, (place) => placeOf(line, column) ?? place);
      } catch {
        // A trace without its map is better than another error.
        return told;
      }
    });
    return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${frame}`)].join('\n');
  };
}
