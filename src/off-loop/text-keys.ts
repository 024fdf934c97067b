import { type TextKeys, textKeys } from '../insight/draft-text.ts';
import type { TemplateRecord } from '../insight/template.ts';
import { newText } from '../message/new-text.ts';
import type { Draft } from '../message/types.ts';
import { inCrowd } from './crowd.ts';
import { JobLimitError } from './job-limit-error.ts';
import { SHORT_TEXT_CHARS } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges } from './shared-pool.ts';

/**
 * `textKeys` of a draft without holding up the event loop: a worker makes those of a long one, in a crowd of every one.
 *
 * @param records the recipients' as judged, as far as they are known
 * @returns none for a text beyond a worker's limits
 */
export async function textKeysOf(
  draft: Draft,
  records: readonly TemplateRecord[],
  workers: () => Workers = judges,
): Promise<TextKeys> {
  const text = newText(draft);
  if (!inCrowd() && text.length <= SHORT_TEXT_CHARS) return textKeys(text, records);
  // No more of a record than is read crosses to the worker.
  const read = records.map(
    ({ name, company, city, country, industry, title }): TemplateRecord => ({
      name,
      company,
      city,
      country,
      industry,
      title,
    }),
  );
  try {
    return await workers().run('keys', { text, records: read });
  } catch (error) {
    if (!(error instanceof JobLimitError)) throw error;
    return { text_key: null, template_key: null };
  }
}
