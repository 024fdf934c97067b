import { isIP } from 'node:net';
import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { PROVIDERS } from '../message/provider.ts';
import {
  readAuthority,
  readCertificate,
  readSetup,
  setUp,
  tearDown,
  transparentFiles,
} from '../transparent/ca.ts';
import { KNOWN, type Known, hostName, hostsOf, isRegion } from '../transparent/hosts.ts';
import { hostsLeadingHere } from '../transparent/loop.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';
import { guideFor, guideText } from './transparent-guide.ts';

interface SetupOptions {
  provider?: Known[];
  host?: string[];
  region?: string[];
  address?: string;
  caDir?: string;
  json?: boolean;
}

/** `presend transparent …` */
export function register(program: Command): void {
  const transparent = program
    .command('transparent')
    .description('stand in under the provider’s own host names, for engines whose URLs are hard-coded');
  transparent.addHelpText(
    'after',
    `
Examples:
  presend transparent setup --provider resend               certificates, and what to set where
  presend transparent setup --provider ses --region eu-west-1 --address 10.0.0.5
  presend transparent status                                what is set up, until when, and what is amiss
  presend transparent remove                                delete the authority and its key`,
  );

  transparent
    .command('setup')
    .description(
      'make a local certificate authority and certificates for the hosts; prints what to set where',
    )
    .addOption(
      new Option(
        '--provider <names...>',
        'whose hosts (default: as set up before, else the configured ones)',
      ).choices(KNOWN),
    )
    .option('--host <names...>', 'further hosts')
    .option('--region <names...>', 'AWS regions, for ses (default: the configured one)')
    .option('--address <ip>', 'where the engine reaches the gate (default: as set up before, else 127.0.0.1)')
    .option('--ca-dir <folder>', 'where the engine will find the two certificate files')
    .option('--json', 'print JSON')
    .action(async (options: SetupOptions, command: Command) => {
      const config = configFor(command);
      const before = readSetup(config.data_dir);
      const setup = {
        hosts: chosenHosts(options, config, before?.hosts ?? null),
        address: addressOf(options.address ?? before?.address ?? '127.0.0.1'),
      };
      const made = await setUp(config.data_dir, { ...setup, name: config.hostname, now: Date.now() });
      const guide = guideFor(setup, config, options.caDir ?? null);
      if (options.json) {
        const { newAuthority, authority, certificate } = made;
        return printJson({
          ...guide,
          new_authority: newAuthority,
          authority_until: iso(authority.until),
          certificate_until: iso(certificate.until),
        });
      }
      printLine(
        made.newAuthority
          ? `Made a certificate authority (to ${iso(made.authority.until)}) and a certificate (to ${iso(made.certificate.until)}, renewed by itself) for ${setup.hosts.join(', ')}.`
          : `The certificate authority (to ${iso(made.authority.until)}) stays as it is; engines that have it need nothing new.`,
      );
      if (made.newAuthority && before) {
        printLine(
          'It replaces the one made before: start the gate again and give every engine the new files of step 2, or it cannot connect.',
        );
      }
      printLine(guideText(guide));
    });

  transparent
    .command('status')
    .description('what is set up, until when, and what is amiss')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const config = configFor(command);
      const setup = readSetup(config.data_dir);
      if (!setup) {
        if (options.json) printJson({ set_up: false });
        else printLine('Transparent mode is not set up. Start with: presend transparent setup --help');
        return;
      }
      const authority = readAuthority(config.data_dir);
      const certificate = readCertificate(config.data_dir);
      const amiss = [
        ...(authority ? [] : ['the authority is missing or damaged: run presend transparent setup']),
        ...configAmiss(config),
        ...(await hostsLeadingHere(setup.hosts)).map(
          ({ host, addresses }) =>
            `${host} leads to ${addresses.join(', ')} where this command runs: if it does for the gate too, the gate's own requests come back to it; take the line out of the gate's hosts file`,
        ),
      ];
      const authorityUntil = authority && iso(authority.until);
      const certificateUntil = certificate && iso(certificate.until);
      if (options.json) {
        return printJson({
          set_up: true,
          ...setup,
          authority_until: authorityUntil,
          certificate_until: certificateUntil,
          amiss,
        });
      }
      printLine(`Hosts:       ${setup.hosts.join(', ')}`);
      printLine(`Address:     ${setup.address}`);
      printLine(`Authority:   to ${authorityUntil ?? '?'}   ${transparentFiles(config.data_dir).authority}`);
      printLine(
        `Certificate: to ${certificateUntil ?? 'made at the next start'}, renewed when 30 days are left`,
      );
      for (const sentence of amiss) printLine(`Amiss:       ${sentence}`);
      if (amiss.length === 0) printLine('Nothing is amiss on the gate’s side.');
    });

  transparent
    .command('remove')
    .description('delete the authority, its key and the certificates')
    .action((_options: unknown, command: Command) => {
      const config = configFor(command);
      if (!tearDown(config.data_dir)) return printLine('Transparent mode is not set up; nothing to remove.');
      printLine('Deleted the certificate authority, its key and the certificates. What is left to undo:');
      printLine(
        '  the gate:   take transparent.https_port out of the configuration and start the gate again',
      );
      printLine(
        '  the engine: REQUESTS_CA_BUNDLE, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, its hosts lines, its copies of the files',
      );
    });
}

/** Named ones, else those of before, else the configured providers'. */
function chosenHosts(options: SetupOptions, config: Config, before: string[] | null): string[] {
  const strange = options.region?.find((region) => !isRegion(region));
  if (strange !== undefined)
    throw new UserError(`"${strange}" is not an AWS region; write it like eu-west-1`);
  const named = options.provider !== undefined || options.host !== undefined;
  if (options.region && !options.provider?.includes('ses')) {
    throw new UserError('--region is for SES; name it too: --provider ses');
  }
  if (!named && before) return before;
  const providers = named ? (options.provider ?? []) : PROVIDERS.filter((name) => config.providers[name]);
  const regions = options.region ?? [config.providers.ses?.region ?? 'us-east-1'];
  const further = (options.host ?? []).map((text) => {
    const host = hostName(text);
    if (host === null)
      throw new UserError(`"${text}" is not a full host name; write it like api.example.com`);
    return host;
  });
  const hosts = [...new Set([...providers.flatMap((name) => hostsOf(name, regions)), ...further])];
  if (hosts.length > 0) return hosts;
  throw new UserError(
    `name whose hosts to stand in for: --provider ${KNOWN.join('|')}, or --host NAME; fewer are safer`,
  );
}

function addressOf(text: string): string {
  if (isIP(text) !== 0 && text !== '0.0.0.0' && text !== '::') return text;
  throw new UserError(
    `--address ${text}: write the IP address at which the engine reaches the gate; hosts files hold no names and no wildcard`,
  );
}

function configAmiss(config: Config): string[] {
  const { transparent, smtp } = config;
  return [
    ...(transparent.https_port === 443
      ? []
      : [
          `transparent.https_port is ${transparent.https_port ?? 'not set'}: engines that call https://… ask port 443`,
        ]),
    ...(smtp.implicit_tls_port === 465
      ? []
      : [
          `smtp.implicit_tls_port is ${smtp.implicit_tls_port ?? 'not set'}: engines with SMTP over TLS ask port 465`,
        ]),
    ...(smtp.port === 587 ? [] : [`smtp.port is ${smtp.port}: engines with STARTTLS ask port 587`]),
  ];
}

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
