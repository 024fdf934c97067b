import { readdirSync, readFileSync } from 'node:fs';
import { PROVIDERS, type ProviderName } from '../../src/message/provider.ts';

const FOLDER = new URL('../fixtures/feedback/', import.meta.url);

/** What `NN-name.expected.json` says about `NN-name.json`, or about the form fields in `NN-name.form.json`. */
export interface Expectation {
  about: string;
  /** Part of the sentence with which it is refused; else what comes out, in order. Fields not named may be anything. */
  error?: string;
  events?: Record<string, unknown>[];
  inbound?: Record<string, unknown>[];
}

export interface ProviderFixture {
  provider: ProviderName;
  name: string;
  form: boolean;
  body: unknown;
  expected: Expectation;
}

/** For SES the body is what stands in the `Message` of SNS. */
export function providerFixtures(): ProviderFixture[] {
  return PROVIDERS.flatMap((provider) => {
    const folder = new URL(`${provider}/`, FOLDER);
    const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
      .sort()
      .map((file) => {
        const name = file.replace(/(?:\.form)?\.json$/, '');
        const expected = read(`${name}.expected.json`) as Expectation;
        return { provider, name, form: file.endsWith('.form.json'), body: read(file), expected };
      });
  });
}
