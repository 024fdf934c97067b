import { z } from 'zod';
import { secretFields } from '../config/secret.ts';

/** The `backup` section: what `presend backup` does without arguments, as its timer runs it. */
export const backupSchema = z.strictObject({
  folder: z.string().min(1).nullable().default(null),
  keep: z.int().positive().nullable().default(14),
  keep_days: z.int().positive().nullable().default(null),
  with_config: z.boolean().default(false),
  encrypt: z
    .strictObject({
      recipients: z
        .array(z.string().regex(/^age1[a-z0-9]+$/, 'must be an age recipient like age1…'))
        .default([]),
      ...secretFields('passphrase'),
    })
    .refine(
      ({ recipients, passphrase, passphrase_env, passphrase_file }) =>
        recipients.length === 0 || (passphrase ?? passphrase_env ?? passphrase_file) === undefined,
      'give recipients or a passphrase, not both',
    )
    .nullable()
    .default(null),
  warn_days: z.number().positive().default(3),
});

export type BackupConfig = z.infer<typeof backupSchema>;
