import { UserError } from '../config/user-error.ts';

/** A file in a repository of the Hugging Face hub. */
export interface HubAddress {
  repo: string;
  file: string;
  revision: string;
}

/** How to reach the hub. */
export interface Hub {
  /** Without a slash at its end. */
  endpoint: string;
  /** For private and gated repositories. Sent to the hub alone, never to the store it sends us on to. */
  token: string | null;
  /** How long the hub may be silent, in milliseconds. */
  patience?: number;
}

/** What the hub says about a file before it is fetched. */
export interface HubFile {
  address: HubAddress;
  commit: string;
  bytes: number;
  /** Large files are stored by their SHA-256. */
  sha256: string | null;
  /** Small ones by the SHA-1 that git gives them. */
  gitSha1: string | null;
}

const PATIENCE = 30_000;
const MAX_REDIRECTS = 5;

/** The hub that is meant: `--endpoint`, else $HF_ENDPOINT, else huggingface.co; the token from $HF_TOKEN. */
export function hubFrom(endpoint: string | undefined, env: NodeJS.ProcessEnv): Hub {
  const named = endpoint ?? (env['HF_ENDPOINT'] || 'https://huggingface.co');
  if (!URL.canParse(named) || !/^https?:$/.test(new URL(named).protocol)) {
    throw new UserError(`"${named}" is not an address like https://huggingface.co`);
  }
  return { endpoint: named.replace(/\/+$/, ''), token: env['HF_TOKEN'] || null };
}

export const hubUrl = ({ endpoint }: Hub, { repo, file, revision }: HubAddress): string =>
  `${endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${file}`;

/** The hub answered, but not with the file. `retryAfter` in milliseconds where trying again may help. */
export class HubError extends UserError {
  readonly retryAfter: number | null;

  constructor(message: string, retryAfter: number | null = null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/**
 * Asks the hub for a file's commit, size and sum, as its own client does: redirects within the hub are followed, and
 * the one to the store carries what is known about the file.
 *
 * @throws HubError when it has no such file or does not give it
 */
export async function describeHubFile(hub: Hub, address: HubAddress): Promise<HubFile> {
  const response = await request(hub, hubUrl(hub, address), { method: 'HEAD', stayOnHost: true }).catch(
    (error: Error) => {
      if (error instanceof HubError) throw error;
      throw new HubError(
        `${hub.endpoint} cannot be reached (${causeOf(error)}); see --from-folder for a way without it`,
      );
    },
  );
  await response.body?.cancel();
  const { headers } = response;
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '')
    .replace(/^W\//, '')
    .replaceAll('"', '');
  const bytes = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? Number.NaN);
  const commit = headers.get('x-repo-commit');
  if (!commit || !/^[0-9a-f]{40}$/.test(commit) || !Number.isSafeInteger(bytes)) {
    throw new HubError(
      `${hub.endpoint} does not answer as Hugging Face does (no commit or size for ${address.repo}/${address.file}); check the endpoint`,
    );
  }
  return {
    address,
    commit,
    bytes,
    sha256: /^[0-9a-f]{64}$/.test(etag) ? etag : null,
    gitSha1: /^[0-9a-f]{40}$/.test(etag) ? etag : null,
  };
}

/**
 * The file's bytes from `start` on, at the commit that was described. A store that does not know ranges answers 200
 * with the whole file.
 *
 * @throws HubError as `describeHubFile`; the system's errors when the connection fails
 */
export function openHubFile(hub: Hub, file: HubFile, start: number, signal: AbortSignal): Promise<Response> {
  const url = hubUrl(hub, { ...file.address, revision: file.commit });
  return request(hub, url, { method: 'GET', signal, ...(start > 0 ? { range: `bytes=${start}-` } : {}) });
}

/** fetch hides the system's reason behind "fetch failed". */
export function causeOf({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? message);
}

interface RequestOptions {
  method: 'HEAD' | 'GET';
  range?: string;
  signal?: AbortSignal;
  /** Stop at a redirect to another host: it is the answer. */
  stayOnHost?: boolean;
}

async function request(hub: Hub, start: string, options: RequestOptions): Promise<Response> {
  const home = new URL(hub.endpoint);
  let url = new URL(start);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await fetch(url, {
      method: options.method,
      redirect: 'manual',
      headers: {
        'user-agent': 'presend',
        // Compressed on the way, a file would have another length than the one announced.
        'accept-encoding': 'identity',
        ...(options.range ? { range: options.range } : {}),
        ...(hub.token && url.origin === home.origin && isPrivate(url)
          ? { authorization: `Bearer ${hub.token}` }
          : {}),
      },
      signal: options.signal ?? AbortSignal.timeout(hub.patience ?? PATIENCE),
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !location) {
      if (response.ok) return response;
      await response.body?.cancel();
      throw toError(hub, start, response);
    }
    const next = new URL(location, url);
    if (options.stayOnHost && next.origin !== url.origin) return response;
    await response.body?.cancel();
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new HubError(`${url.origin} sends us on to an unencrypted address, which is not followed`);
    }
    url = next;
  }
  throw new HubError(`${hub.endpoint} sends us in circles`);
}

/** Whether a token may go there: encrypted, or not leaving this machine. */
const isPrivate = (url: URL): boolean =>
  url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);

function toError(hub: Hub, url: string, response: Response): HubError {
  const { status, headers } = response;
  const what = new URL(url).pathname.slice(1).replace('/resolve/', ' at ');
  const said = headers.get('x-error-message');
  switch (headers.get('x-error-code') ?? status) {
    case 'EntryNotFound':
      return new HubError(`${what}: the repository has no such file`);
    case 'RevisionNotFound':
      return new HubError(`${what}: the repository has no such revision`);
    case 'GatedRepo':
    case 403:
      return new HubError(
        `${what}: access is not granted; accept its terms on ${hub.endpoint} and set HF_TOKEN${said ? ` (${said})` : ''}`,
      );
    case 'RepoNotFound':
    case 401:
    case 404:
      return new HubError(
        hub.token
          ? `${what}: there is no such repository, or the token in HF_TOKEN may not read it`
          : `${what}: there is no such repository, or it is private: set HF_TOKEN to a token that may read it`,
      );
    default:
      return new HubError(
        `${what}: the hub answered ${status}${said ? ` (${said})` : ''}; try again later`,
        status === 429 || status >= 500 ? retryAfter(headers) : null,
      );
  }
}

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 60) * 1000 : 0;
}
