import { z } from 'zod';

/** Fields of users as forms send them. */
export const emailField = z
  .string()
  .trim()
  .max(320, 'is too long for an e-mail address')
  .regex(
    /^[^\s@<>"',;:]+@[^\s@<>"',;:]+\.[^\s@<>"',;:]+$/u,
    'must be an e-mail address like ann@example.com',
  );

export const nameField = z
  .string()
  .transform((text) => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').trim())
  .pipe(z.string().min(1, 'must not be empty').max(100, 'may have at most 100 characters'));

/** Judged by `password-rules.ts`; here only bounded. */
export const passwordField = z.string().min(1, 'is needed').max(1000, 'is too long');

/**
 * Whether API tokens end too. They outlive a new password unless asked for: what runs by them unattended would stop, and a
 * forgotten password is no reason for that; a stolen one is.
 */
export const revokeField = z.boolean().default(false);
