import type { GuideLine } from './web-types.ts';

/**
 * What one changes in an engine so that it sends through the gate; the same lines as in the README. `{user}` stands for the
 * engine's name, `psk_…` for its key.
 */
export function engineGuide({
  base,
  host,
  port,
  tlsPort,
}: {
  base: string;
  host: string;
  port: number;
  tlsPort: number | null;
}): GuideLine[] {
  const plain = base.replace(/^https?:\/\//u, '');
  const secure = base.startsWith('https:');
  return [
    { uses: 'the resend SDK (Node)', set: `RESEND_BASE_URL=${base}/resend\nRESEND_API_KEY=psk_…` },
    { uses: 'the resend SDK (Python)', set: `RESEND_API_URL=${base}/resend\nRESEND_API_KEY=psk_…` },
    {
      uses: 'fetch or requests to api.resend.com/emails',
      set: `${base}/resend/emails\nAuthorization: Bearer psk_…`,
    },
    {
      uses: '@sendgrid/mail',
      set: `sgMail.setApiKey('SG.psk_…')\nsgMail.client.setDefaultRequest('baseUrl', '${base}/sendgrid')`,
    },
    { uses: 'sendgrid (Python)', set: `SendGridAPIClient('SG.psk_…', host='${base}/sendgrid')` },
    {
      uses: 'postmark',
      set: `new ServerClient('psk_…', { requestHost: '${plain}/postmark', useHttps: ${secure} })`,
    },
    { uses: 'mailgun.js', set: `client({ username: 'api', key: 'psk_…', url: '${base}/mailgun' })` },
    { uses: 'mailersend (raw HTTP)', set: `${base}/mailersend/v1/email\nAuthorization: Bearer psk_…` },
    {
      uses: 'Amazon SES v2 (AWS SDK, boto3)',
      set: `endpoint: '${base}/ses' (endpoint_url), with a key of the kind “Amazon SES”`,
    },
    {
      uses: 'SMTP (smtplib, nodemailer, …)',
      set: `host ${host}, port ${port}, STARTTLS${tlsPort === null ? '' : ` (or port ${tlsPort} with TLS)`}\nuser {user}, its password`,
    },
    {
      uses: 'anything else',
      set: `POST ${base}/v1/messages\nAuthorization: Bearer psk_… (OpenAPI at /openapi.json)`,
    },
  ];
}
