import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attacker } from '../attacker.ts';

export interface Payload {
  /** `styles: import late`; its requests are told by it. */
  name: string;
  /** The file it is in. */
  kind: string;
  html: string;
}

const FOLDER = import.meta.dirname;

/** What a script of a payload does. */
const HIT = 'top.presendTouched=1';

/** All payloads of the folder, with the attacker's address in them. */
export function hostilePayloads(attacker: Attacker): Payload[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
  return files.flatMap((file) => {
    const kind = file.replace('.txt', '');
    const text = readFileSync(join(FOLDER, file), 'utf8');
    return text
      .split(/^=== /mu)
      .slice(1)
      .map((part, index) => {
        const end = part.indexOf('\n');
        const name = `${kind}: ${part.slice(0, end)}`;
        const html = part
          .slice(end + 1)
          .replaceAll('HIT', HIT)
          .replaceAll('OUTHOST', `${attacker.host}/${kind}/${index}/`)
          .replaceAll('OUT', `http://${attacker.host}/${kind}/${index}/`)
          .replaceAll(/REPEAT\((\d+),((?:[^()]|\([^()]*\))*)\)/gu, (_, times: string, what: string) =>
            what.repeat(Number(times)),
          );
        return { name, kind, html };
      });
  });
}
