import { type SecureContext, createSecureContext } from 'node:tls';
import { type Certificate, currentCertificate, isDue, readAuthority, readSetup } from './ca.ts';

/** As Node's TLS servers and smtp-server ask; undefined = the server's ordinary certificate. */
export type ServerNameCallback = (
  name: string,
  done: (error: Error | null, context?: SecureContext) => void,
) => void;

/**
 * Picks the certificate by the name a client asks for (SNI): the one of transparent mode for the hosts that were set up, for
 * every other name the server's ordinary one. A gate that runs for longer than the certificate lasts renews it in between.
 */
export class TransparentCertificate {
  readonly hosts: ReadonlySet<string>;
  readonly #dataDir: string;
  readonly #now: () => number;
  #certificate: Certificate;
  #authority: Certificate;
  #context: SecureContext;
  #renewing: Promise<SecureContext> | null = null;

  private constructor(
    options: { dataDir: string; now: () => number },
    found: { hosts: string[]; certificate: Certificate; authority: Certificate },
  ) {
    this.#dataDir = options.dataDir;
    this.#now = options.now;
    this.hosts = new Set(found.hosts);
    this.#certificate = found.certificate;
    this.#authority = found.authority;
    this.#context = contextOf(found.certificate);
  }

  /**
   * @returns null when transparent mode is not set up
   * @throws UserError when what was set up is damaged or its authority has ended
   */
  static async open(options: { dataDir: string; now: () => number }): Promise<TransparentCertificate | null> {
    const setup = readSetup(options.dataDir);
    const certificate = await currentCertificate(options.dataDir, options.now());
    const authority = readAuthority(options.dataDir);
    if (!setup || !certificate || !authority) return null;
    return new TransparentCertificate(options, { hosts: setup.hosts, certificate, authority });
  }

  /** Key and certificate for a client that names no host. */
  get keyPair(): { key: string; cert: string } {
    return { key: this.#certificate.key, cert: this.#certificate.cert };
  }

  /** `SNICallback` of a server; an arrow, because servers call it without `this`. */
  readonly byName: ServerNameCallback = (name, done) => {
    if (!this.hosts.has(name.toLowerCase())) return done(null);
    this.#current().then(
      (context) => done(null, context),
      (error: Error) => done(error),
    );
  };

  async #current(): Promise<SecureContext> {
    if (!isDue(this.#certificate, this.#authority, this.#now())) return this.#context;
    // Clients that connect meanwhile wait for the same renewal.
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** A set-up that was taken away or changed meanwhile counts from the next start; until then clients are refused. */
  async #renew(): Promise<SecureContext> {
    const certificate = await currentCertificate(this.#dataDir, this.#now());
    const authority = readAuthority(this.#dataDir);
    if (!certificate || !authority) throw new Error('transparent mode is no longer set up');
    this.#certificate = certificate;
    this.#authority = authority;
    this.#context = contextOf(certificate);
    return this.#context;
  }
}

const contextOf = ({ key, cert }: Certificate): SecureContext =>
  createSecureContext({ key, cert, minVersion: 'TLSv1.2' });
