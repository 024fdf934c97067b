import { type Request, type Response, Router } from 'express';
import type { Config } from '../config/config.ts';
import { idOf } from '../message/id.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { breathe } from '../off-loop/breathe.ts';
import { readTraceparent } from '../observability/trace-ids.ts';
import type { DryRun } from '../pipeline/dry-run.ts';
import type { Database } from '../store/database.ts';
import type { ApiKeys } from './api-keys.ts';
import { EngineActs } from './engine-acts.ts';
import type { Engine } from './engine-store.ts';
import { engineOfKey, rightKey, wrongKey } from './http-auth.ts';
import { bodyDone, readBody } from './http-body.ts';
import type { LoginGuard } from './login-guard.ts';
import { readMessageView } from './message-view.ts';
import type { OnTheirWay } from './on-their-way.ts';
import type { Front, FrontRoute, Gate, HttpAnswer, HttpRequest } from './providers/front.ts';
import { openApi } from './providers/openapi.ts';
import { Refusal, TROUBLE } from './refusal.ts';
import { type SubmitOptions, digestOf, submitMails } from './submit.ts';

export interface HttpIntakeOptions extends SubmitOptions {
  config: Config;
  database: Database;
  keys: ApiKeys;
  guard: LoginGuard;
  log: Logger;
  metrics: Metrics;
  /** Told who is about to hand over a message. */
  onTheirWay: OnTheirWay;
  /** Called for every request. */
  onActivity: () => void;
  /** The gate itself made this request, to what it took for a provider. */
  isOwnRequest: (req: Request) => boolean;
  fetchAttachment: Gate['fetchAttachment'];
  dryRun: DryRun;
}

const NOTHING = Buffer.alloc(0);

/** Clients that were told to come again do so after this many seconds. */
const RETRY_AFTER = '5';

/**
 * HTTP submission in the shapes of the providers' APIs. Every front is reachable below its own name and, but for the few
 * paths that would collide there, at the root: the base URL of an SDK may or may not keep a prefix.
 */
export function httpIntakeRoutes(options: HttpIntakeOptions, fronts: readonly Front[]): Router {
  const router = Router();
  router.get('/openapi.json', (_req, res) => void res.json(openApi()));
  for (const front of fronts) {
    for (const route of front.routes) {
      for (const prefix of route.rootless ? [`/${front.name}`] : ['', `/${front.name}`]) {
        router[route.method](`${prefix}${route.path}`, (req, res) => serve(options, front, route, req, res));
      }
    }
    const atRoot = front.routes.filter(({ rootless }) => !rootless).map(({ path }) => path);
    const below = front.routes.map(({ path }) => `/${front.name}${path}`);
    for (const path of new Set([...atRoot, ...below])) {
      router.all(path, (req, res) => {
        send(req, res, front.refuse(new Refusal('method', `${req.method} is not possible here.`)));
      });
    }
    router.use(`/${front.name}`, (req, res) => {
      send(
        req,
        res,
        front.refuse(
          new Refusal(
            'not_found',
            `There is nothing at ${req.method} ${req.path}; presend answers sending and looking up mail.`,
          ),
        ),
      );
    });
  }
  return router;
}

/** The way of one request: who is it → what does it say → do it → answer in the provider's shape. */
async function serve(
  options: HttpIntakeOptions,
  front: Front,
  route: FrontRoute,
  req: Request,
  res: Response,
): Promise<void> {
  const { config, log, metrics, stages, onTheirWay, onActivity, isOwnRequest } = options;
  onActivity();
  const handedOver = onTheirWay.begin();
  let answer: HttpAnswer;
  let letGo = (): void => {};
  try {
    if (isOwnRequest(req)) {
      throw new Refusal(
        'trouble',
        'This request came from presend itself: the name of its upstream leads back to it.',
      );
    }
    // A stranger is turned away before anything is read, where the key allows it.
    const early = front.verify
      ? await knownSigner(options, front, req)
      : await engineOfKey(options, req, {
          key: front.key?.(req.headers) ?? null,
          place: front.keyPlace ?? 'its key',
        });
    const request = requestOf(
      req,
      await readBody(req, { maxBytes: config.http.max_body_bytes, seconds: config.http.body_seconds }),
    );
    letGo = () => {
      bodyDone(request.body);
      request.body = NOTHING;
    };
    // Reading and composing what is large take a tenth of a second each.
    await breathe();
    const engine = early?.engine ?? (await verified(options, front, { req, request }));
    await breathe();
    const accept: SubmitOptions['accept'] = async (...mails) => {
      handedOver();
      const accepted = await options.accept(...mails);
      // It is stored, and seconds may pass until it is judged.
      letGo();
      return accepted;
    };
    const gate = gateFor(
      { ...options, accept },
      front,
      { engine, withoutKey: early?.withoutKey ?? false },
      req,
      request,
    );
    answer = await route.handle(request, gate);
  } catch (error) {
    if (!(error instanceof Refusal)) log.error({ err: error }, 'an HTTP submission failed inside the gate');
    const refusal = error instanceof Refusal ? error : TROUBLE;
    if (refusal.kind === 'wrong_key' || refusal.kind === 'no_key') metrics.authFailures.inc();
    // What is suppressed was accepted before.
    if (refusal.kind !== 'suppressed') stages.refused(front.name, refusal.kind);
    answer = front.refuse(refusal);
    const retryAfter = refusal.kind === 'trouble' ? RETRY_AFTER : refusal.retryAfterSeconds;
    if (retryAfter !== null)
      answer = { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfter) } };
  } finally {
    handedOver();
    letGo();
  }
  send(req, res, answer);
}

/** A signature is over the body, but a stranger's need not be read. */
async function knownSigner({ keys, guard }: HttpIntakeOptions, front: Front, req: Request): Promise<null> {
  const id = front.keyId?.(req.headers) ?? null;
  if (id !== null && !(await keys.byAccessKeyId(id))) throw await wrongKey(guard, req, WRONG_SIGNATURE);
  return null;
}

/** The same whether the id or the signature is wrong, so that ids are not guessed one by one. */
const WRONG_SIGNATURE =
  'The request is not signed with a key of presend, or its key was revoked; `presend engine key <engine> --sigv4` prints a new one.';

async function verified(
  { keys, guard, now }: HttpIntakeOptions,
  front: Front,
  { req, request }: { req: Request; request: HttpRequest },
): Promise<Engine> {
  const engine = await front.verify!(request, keys, now());
  if (!engine) throw await wrongKey(guard, req, WRONG_SIGNATURE);
  await rightKey(guard, req, engine);
  return engine;
}

function requestOf(req: Request, body: Buffer): HttpRequest {
  const at = req.originalUrl.indexOf('?');
  return {
    method: req.method,
    url: req.originalUrl,
    params: req.params as Record<string, string>,
    query: new URLSearchParams(at < 0 ? '' : req.originalUrl.slice(at + 1)),
    headers: req.headers,
    body,
  };
}

function gateFor(
  options: HttpIntakeOptions,
  front: Front,
  { engine, withoutKey }: { engine: Engine; withoutKey: boolean },
  req: Request,
  request: HttpRequest,
): Gate {
  const { config, database, now } = options;
  const acts = new EngineActs(database, now);
  const known = (id: string): string => {
    const found = idOf(id);
    if (found === null) throw new Refusal('not_found', 'There is no such message.');
    return found;
  };
  return {
    engine,
    now,
    refusesSuppressed: config.answer.suppressed === 'reject',
    maxRecipients: config.http.max_recipients,
    acceptFields: new Set(config.http.accept_fields),
    fetchAttachment: config.http.fetch_attachments ? options.fetchAttachment : null,
    submit: (mails, key = null, content = request.body) =>
      submitMails(options, engine, mails, {
        origin: {
          protocol: 'HTTP',
          remoteAddress: req.socket.remoteAddress ?? 'unknown',
          helo: null,
          transmission: req.secure ? 'HTTPS' : 'HTTP',
          user: engine.name,
        },
        digest: digestOf(`${front.name} ${request.url}`, content),
        key,
        intake: front.name,
        link: readTraceparent(request.headers['traceparent']),
      }).catch((error: unknown) => {
        throw withoutKey ? explained(error, engine) : error;
      }),
    find: async (id) => {
      const view = await readMessageView(database.db, engine.id, known(id));
      if (!view) throw new Refusal('not_found', 'There is no such message.');
      return view;
    },
    cancel: async (id) => acts.cancel(engine, known(id)),
    reschedule: async (id, at) => acts.reschedule(engine, known(id), at),
    judge: async (mail) => {
      try {
        return await options.dryRun(engine, mail);
      } catch (error) {
        if (mail.record === undefined) throw error;
        throw new Refusal(
          'invalid_field',
          `The \`record\` field is not a record: ${(error as Error).message}.`,
          { field: 'record' },
        );
      }
    },
  };
}

/** A client that meant another engine learns why it counts as this one. */
function explained(error: unknown, { name }: Engine): unknown {
  if (!(error instanceof Refusal) || error.kind !== 'sender') return error;
  const why = `The request had no key of presend, so it counts as engine ${name}, which needs none from this machine.`;
  const said = new Refusal(
    'sender',
    `${error.message} ${why}`,
    error.field === null ? {} : { field: error.field },
  );
  return error.index === null ? said : said.of(error.index);
}

function send(req: Request, res: Response, { status, headers, body }: HttpAnswer): void {
  // Whatever of the body was not read must not be taken for the next request.
  if (!req.complete) res.setHeader('Connection', 'close');
  if (headers) for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.statusCode = status;
  if (body === null) return void res.end();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!res.hasHeader('Content-Type')) {
    res.setHeader(
      'Content-Type',
      typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    );
  }
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
