import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import sgClient from '@sendgrid/client';
import sgMail from '@sendgrid/mail';
import FormData from 'form-data';
import Mailgun from 'mailgun.js';
import { EmailParams, MailerSend, Recipient, Sender } from 'mailersend';
import { Errors, ServerClient } from 'postmark';
import { apiKeyFor, newKey } from '../support/api-key.ts';
import { FROM, SUBJECT, heardOf } from './heard.ts';
import type { ContractMail, IntakeDriver } from './intake.case.ts';
import { watchAnswers } from './watch-answers.ts';

const pairs = (headers: Record<string, string>) =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

// The packages' types know their classes in a form that modules cannot import.
const { Client } = sgClient as unknown as { Client: new () => typeof sgClient };
const { MailService } = sgMail as unknown as { MailService: new () => typeof sgMail };

const sendgrid: IntakeDriver = {
  name: 'SendGrid',
  http: true,
  connect: async (gate) => {
    const client = new Client();
    client.setApiKey(`SG.${await apiKeyFor(gate)}`);
    client.setDefaultRequest('baseUrl', `${gate.httpBase}/sendgrid`);
    const service = new MailService();
    service.setClient(client);
    return async ({ from = FROM, subject = SUBJECT, text = '', ...mail }) => {
      try {
        const [{ statusCode, headers }] = await service.send({ from, subject, text, ...mail });
        return heardOf(statusCode, lookUp(headers as Record<string, string>), '');
      } catch (error) {
        const { code, response } = error as {
          code: number;
          response: { headers: Record<string, string>; body: { errors: { message: string }[] } };
        };
        return heardOf(code, lookUp(response.headers), response.body.errors[0].message);
      }
    };
  },
};

const lookUp = (headers: Record<string, string>) => ({
  get: (name: string): string | null => headers[name] ?? null,
});

/** "Sender Signature not found" (Postmark, "API error codes"). */
const UNKNOWN_SENDER = 400;

/** Its SDK tells no headers, so they are read on the wire. */
const postmark: IntakeDriver = {
  name: 'Postmark',
  http: true,
  connect: async (gate) => {
    const seen = watchAnswers(gate);
    const client = new ServerClient(await apiKeyFor(gate), {
      requestHost: `${new URL(gate.httpBase).host}/postmark`,
      useHttps: false,
    });
    return async (mail) => {
      try {
        const { ErrorCode } = await client.sendEmail({
          From: mail.from ?? FROM,
          To: mail.to.join(', '),
          ...(mail.cc ? { Cc: mail.cc.join(', ') } : {}),
          ...(mail.bcc ? { Bcc: mail.bcc.join(', ') } : {}),
          Subject: mail.subject ?? SUBJECT,
          ...(mail.text === undefined ? {} : { TextBody: mail.text }),
          ...(mail.html === undefined ? {} : { HtmlBody: mail.html }),
          Headers: pairs(mail.headers ?? {}).map(({ name, value }) => ({ Name: name, Value: value })),
        });
        return heardOf(ErrorCode === 0 ? 200 : 0, seen, '');
      } catch (error) {
        const { statusCode, code, message } = error as Errors.HttpError;
        // Postmark's clients know these by class and code, in Postmark's own words.
        if (error instanceof Errors.InactiveRecipientsError)
          return { refused: 'suppressed', sentence: message };
        if (code === UNKNOWN_SENDER) return { refused: 'sender', sentence: message };
        return heardOf(statusCode, seen, message);
      }
    };
  },
};

type Emails = MailerSend['email'];
type MailerSendAnswer = Awaited<ReturnType<Emails['send']>>;

const mailersend: IntakeDriver = {
  name: 'MailerSend',
  http: true,
  connect: async (gate) => {
    const apiKey = await apiKeyFor(gate);
    // The SDK's own client; its base URL is fixed in the code, so it is put together once more.
    const Module = new MailerSend({ apiKey }).email.constructor as new (key: string, base: string) => Emails;
    const emails = new Module(apiKey, `${gate.httpBase}/mailersend/v1`);
    const people = (list: string[] = []) => list.map((address) => new Recipient(address));
    return async ({ from = FROM, subject = SUBJECT, to, cc, bcc, text, html, headers = {} }) => {
      const params = new EmailParams().setFrom(new Sender(from)).setTo(people(to)).setSubject(subject);
      if (cc) params.setCc(people(cc));
      if (bcc) params.setBcc(people(bcc));
      if (text !== undefined) params.setText(text);
      if (html !== undefined) params.setHtml(html);
      const { 'List-Unsubscribe': unsubscribe, ...own } = headers;
      if (unsubscribe !== undefined) params.setListUnsubscribe(unsubscribe);
      if (Object.keys(own).length > 0) params.setHeaders(pairs(own));
      const answer: MailerSendAnswer = await emails
        .send(params)
        .catch((error: unknown) => error as MailerSendAnswer);
      const { message = '', errors = {} } = (answer.body || {}) as {
        message?: string;
        errors?: Record<string, string[]>;
      };
      const sentence = Object.values(errors)[0]?.[0] ?? message;
      return heardOf(answer.statusCode, lookUp(answer.headers as Record<string, string>), sentence);
    };
  },
};

/** Its SDK tells no headers, so they are read on the wire. Every request has another boundary. */
const mailgun: IntakeDriver = {
  name: 'Mailgun',
  http: true,
  connect: async (gate) => {
    const seen = watchAnswers(gate);
    const client = new Mailgun(FormData).client({
      username: 'api',
      key: await apiKeyFor(gate),
      url: `${gate.httpBase}/mailgun`,
    });
    return async ({ from = FROM, subject = SUBJECT, text = '', headers = {}, ...mail }) => {
      const own = pairs(headers).map(({ name, value }) => [`h:${name}`, value]);
      try {
        const { status } = await client.messages.create('mg.sender.example', {
          from,
          subject,
          text,
          ...mail,
          ...Object.fromEntries(own),
        });
        return heardOf(status, seen, '');
      } catch (error) {
        const { status, details } = error as { status: number; details: string };
        return heardOf(status, seen, details);
      }
    };
  },
};

/** Its SDK tells the headers of errors alone, so they are read on the wire. */
const ses: IntakeDriver = {
  name: 'SES',
  http: true,
  connect: async (gate) => {
    const seen = watchAnswers(gate);
    const key = await newKey(gate, 'sigv4');
    if (key.kind !== 'sigv4') throw new Error('not a key for signing');
    const client = new SESv2Client({
      endpoint: `${gate.httpBase}/ses`,
      region: 'eu-west-1',
      credentials: key,
      // By default it waits as long as Retry-After says, three times.
      maxAttempts: 1,
    });
    return async (mail) => {
      try {
        const { $metadata } = await client.send(new SendEmailCommand(sesInput(mail)));
        return heardOf($metadata.httpStatusCode!, seen, '');
      } catch (error) {
        const { $metadata, message } = error as Error & { $metadata: { httpStatusCode: number } };
        return heardOf($metadata.httpStatusCode, seen, message);
      }
    };
  },
};

const sesInput = ({
  from = FROM,
  subject = SUBJECT,
  to,
  cc,
  bcc,
  text,
  html,
  headers = {},
}: ContractMail) => ({
  FromEmailAddress: from,
  Destination: { ToAddresses: to, CcAddresses: cc, BccAddresses: bcc },
  Content: {
    Simple: {
      Subject: { Data: subject },
      Body: {
        ...(text === undefined ? {} : { Text: { Data: text } }),
        ...(html === undefined ? {} : { Html: { Data: html } }),
      },
      Headers: pairs(headers).map(({ name, value }) => ({ Name: name, Value: value })),
    },
  },
});

/** Each provider by its own npm SDK, written as its users write it. */
export const SDK_INTAKES: readonly IntakeDriver[] = [sendgrid, postmark, mailersend, mailgun, ses];
