/** Roles as a form offers them. */
export const ROLE_CHOICES = [
  { value: 'reviewer', label: 'reviewer – clears held mail' },
  { value: 'admin', label: 'admin – does everything' },
  { value: 'auditor', label: 'auditor – reads everything, changes nothing' },
];
