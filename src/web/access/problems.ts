/** Why the identity provider's answer let nobody in (`access/oidc-endpoints.ts`). */
export const PROBLEMS: Record<string, string> = {
  unreachable:
    'The identity provider cannot be reached just now. Try again in a moment, or use your password.',
  over: 'Signing in took too long or was begun in another browser. Try again.',
  denied: 'The identity provider was told not to sign you in.',
  failed:
    'The identity provider’s answer could not be trusted. Try again; if it stays, tell whoever runs the gate.',
  unverified:
    'The identity provider has not verified your e-mail address, so presend cannot tell who you are.',
  domain: 'Addresses of your domain may not sign in here.',
  unknown: 'You have no account here yet. Ask an admin to invite you.',
  no_role: 'Your groups at the identity provider give you no role here. Ask an admin.',
  disabled: 'Your account here is disabled. Ask an admin.',
  conflict: 'This e-mail address belongs to somebody else’s account here. Ask an admin.',
};
