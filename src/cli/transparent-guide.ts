import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { type Setup, hostsLines, transparentFiles } from '../transparent/ca.ts';

/** What an operator has to set, as `--json` prints it. */
export interface Guide {
  hosts: string[];
  address: string;
  hosts_lines: string[];
  env: { REQUESTS_CA_BUNDLE: string; SSL_CERT_FILE: string; NODE_EXTRA_CA_CERTS: string };
  config: {
    transparent: { https_port: 443; host: string };
    smtp: { host: string; port: 587; implicit_tls_port: 465 };
  };
  files: ReturnType<typeof transparentFiles>;
}

/** @param caFolder where the engine finds the two certificate files; null = where they were made */
export function guideFor(setup: Setup, config: Config, caFolder: string | null): Guide {
  const files = transparentFiles(config.data_dir);
  const bundle = caFolder ? join(caFolder, 'bundle.pem') : files.bundle;
  const authority = caFolder ? join(caFolder, 'ca.pem') : files.authority;
  return {
    ...setup,
    hosts_lines: hostsLines(setup),
    env: { REQUESTS_CA_BUNDLE: bundle, SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: authority },
    config: {
      transparent: { https_port: 443, host: setup.address },
      smtp: { host: setup.address, port: 587, implicit_tls_port: 465 },
    },
    files,
  };
}

/** The same as text that can be followed from top to bottom. */
export function guideText({ hosts, address, hosts_lines, env, config, files }: Guide): string {
  const copied = dirname(env.NODE_EXTRA_CA_CERTS) !== files.folder;
  const loopback = address === '::1' || address.startsWith('127.');
  return `
1. Configuration of the gate (then start it again):

   transparent:
     https_port: ${config.transparent.https_port}
     host: '${config.transparent.host}'
   smtp:
     host: '${config.smtp.host}'
     port: ${config.smtp.port}
     implicit_tls_port: ${config.smtp.implicit_tls_port}

   Ports below 1024 need a privilege (CAP_NET_BIND_SERVICE). Under systemd the sockets bring it: a .socket unit each with
   FileDescriptorName=https, smtp and submissions and the ports above (systemd/README.md, "Addresses").

2. Certificates where the engine can read them${copied ? ':' : ' (the data folder is open to the gate alone; name another folder with --ca-dir):'}

   install -D -m 0644 -t ${copied ? dirname(env.NODE_EXTRA_CA_CERTS) : 'FOLDER'} ${files.bundle} ${files.authority}

3. Environment of the engine, by what it is written in:

   REQUESTS_CA_BUNDLE=${env.REQUESTS_CA_BUNDLE}    Python requests and what is built on it
   SSL_CERT_FILE=${env.SSL_CERT_FILE}    Python urllib, smtplib, httpx; Go; curl
   NODE_EXTRA_CA_CERTS=${env.NODE_EXTRA_CA_CERTS}    Node: fetch, axios, nodemailer

   The first two replace the roots the engine trusts, so the bundle holds Mozilla's roots too. A private root that the engine
   needs has to be added to the bundle's copy.

4. Hosts file where the engine runs, and only there:

${hosts_lines.map((line) => `   ${line}`).join('\n')}

   systemd: BindReadOnlyPaths=${files.hosts}:/etc/hosts    (in the engine's unit; a whole hosts file, made for this)
${
  loopback
    ? `
   ${address} is the engine's own machine or container. An engine in a container of its own reaches the gate by another
   address: run setup again with --address.
`
    : `   Docker:  ${hosts.map((host) => `--add-host ${host}:${address}`).join(' ')}
`
}
   WARNING: the gate must not read these lines. With them it would reach itself instead of the provider; it notices and
   keeps the mail, but nothing is sent any more. So not in the /etc/hosts of a machine that gate and engine share: give the
   engine a container or, by the systemd line above, a hosts file of its own.

   nodemailer and others that ask DNS themselves do not read hosts files where DNS answers. For them let the DNS of the
   engine's network give ${address} for these names (Docker: --network-alias on the gate's container).
   Close the way around: have the firewall refuse the engine every other address on ports 25, 443, 465, 587 and 2525 that it does not need.

5. Check: presend transparent status. An engine without the certificates cannot connect, and sends nothing.
   (Python's smtplib before 3.13 checks no certificate unless it is given a context: such an engine needs step 4 only.)

To undo it: take the lines of steps 3 and 4 from the engine, the keys of step 1 from the configuration, delete the copies of
step 2, and run: presend transparent remove

The authority can vouch for ${hosts.length === 1 ? 'this host' : `these ${hosts.length} hosts`} and no other; its key stays in ${files.folder}.`;
}
