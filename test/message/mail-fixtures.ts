import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/mail/', import.meta.url);

/** What `NN-name.json` says about `NN-name.eml`. Trouble and hidden reasons not named must not occur. */
export interface Expectation {
  about: string;
  subject?: string | null;
  contains?: string[];
  lacks?: string[];
  /** The whole body, where its layout is the point. */
  body?: string;
  trouble?: string[];
  hidden?: string[];
  links?: { text: string; href: string }[];
  attachments?: { filename: string | null; contentType: string; contains?: string }[];
  /** Kinds in order, each with some text it holds. */
  segments?: [string, string][];
  headers?: Record<string, unknown>;
}

export interface MailFixture {
  name: string;
  raw: Buffer;
  expected: Expectation;
}

export function mailFixtures(): MailFixture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.eml'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.eml'.length);
      const expected = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Expectation;
      return { name, raw: readFileSync(new URL(file, FOLDER)), expected };
    });
}
