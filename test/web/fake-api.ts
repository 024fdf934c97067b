import { type AddressInfo } from 'node:net';
import { type Server } from 'node:http';
import express, { type Request, type Response } from 'express';
import { onTestFinished } from 'vitest';
import { webAppRoutes } from '../../src/http/web-app.ts';
import type {
  ActResult,
  BulkBody,
  BulkResult,
  DeliveryView,
  LiveChange,
  QueueItem,
  QueuePage,
  SavedView,
} from '../../src/review/web-types.ts';
import type { DeliveryState } from '../../src/message/disposition.ts';
import { builtApp } from '../support/web-app.ts';
import { type FakeMail, MAILS, fakeItem, fakeVerdict, fakeView } from './fake-fixtures.ts';

export interface FakeGate {
  base: string;
  /** Acts that arrived, in order. */
  asked: { method: string; path: string; body: Record<string, unknown> }[];
  /** Another person changes a delivery; browsers hear of it. */
  change: (id: string, state: DeliveryState, actor?: string) => void;
  /** A new one is held. */
  hold: (mail: FakeMail) => void;
  /** The next request to a path ending so is answered with an error. */
  failNext: (ending: string, status: number, code: string, message: string) => void;
  present: (id: string, people: { id: string; name: string }[]) => void;
  /** Cuts every connection and takes no new one. */
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  item: (id: string) => QueueItem;
  /** Deliveries whose page was fetched. */
  read: Set<string>;
}

const ME = { id: 'u1', name: 'Rita Reviewer', email: 'rita@presend.example' };

/**
 * A stand-in for the gate's review API with authored mail, for states that are hard to bring about with a real one. It answers
 * `src/review/web-types.ts`; whole jobs are tested against the gate itself.
 */
export async function startFakeGate(
  options: {
    mails?: FakeMail[];
    shortcuts?: boolean;
    undoSeconds?: number;
    /** Where the total stops being counted. */
    counted?: number;
  } = {},
): Promise<FakeGate> {
  const mails = new Map((options.mails ?? MAILS).map((mail) => [mail.id, mail]));
  const items = new Map([...mails.values()].map((mail) => [mail.id, fakeItem(mail, Date.now())]));
  const views = new Map<string, Partial<DeliveryView>>();
  const saved: SavedView[] = [];
  const most = options.counted ?? Number.POSITIVE_INFINITY;
  const asked: FakeGate['asked'] = [];
  const read = new Set<string>();
  const failures: { ending: string; status: number; code: string; message: string }[] = [];
  const streams = new Set<Response>();
  let liveId = 100;

  const item = (id: string): QueueItem => {
    const found = items.get(id);
    if (!found) throw new Error(`no delivery ${id}`);
    return found;
  };
  const say = (event: string, data: unknown, id?: number): void => {
    for (const stream of streams) {
      stream.write(
        `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`,
      );
    }
  };
  const update = (
    id: string,
    changes: Partial<QueueItem>,
    actor = ME.email,
    action = 'changed',
  ): QueueItem => {
    const next = { ...item(id), ...changes, version: item(id).version + 1 };
    items.set(id, next);
    liveId++;
    const change: LiveChange = {
      id: liveId,
      at: Date.now(),
      actor,
      subject: { type: 'delivery', id },
      action,
      state: next.state,
    };
    say('change', change, liveId);
    return next;
  };
  const viewOf = (id: string): DeliveryView => {
    const mail = mails.get(id);
    if (!mail) throw new Error(`no mail ${id}`);
    const base = fakeView(mail, item(id), Date.now());
    const held = item(id).state === 'held';
    return {
      ...base,
      ...(held ? {} : { allowed: item(id).undo_until ? { undo: { ok: true } } : {} }),
      ...views.get(id),
      item: item(id),
    };
  };
  const list = (query: Record<string, string | undefined>): QueueItem[] => {
    const states = (query['state'] ?? 'held').split(',');
    const reasons = query['reason']?.split(',');
    const words = (query['q'] ?? '').toLowerCase().split(/\s+/u).filter(Boolean);
    const found = [...items.values()].filter((one) => {
      const mail = mails.get(one.id);
      const text =
        `${one.recipient} ${one.recipient_name} ${one.company?.name} ${one.subject} ${one.rationale} ${one.engine} ${one.id} ${mail?.body}`.toLowerCase();
      const snoozed = one.snoozed_until !== null;
      return (
        (states.includes('all') || states.includes(one.state)) &&
        (!reasons || reasons.includes(one.reason ?? '')) &&
        (!query['engine'] || query['engine'] === one.engine) &&
        (!query['cause'] || query['cause'] === one.cause) &&
        (!query['due'] || one.due === 'red' || one.due === query['due']) &&
        (query['assigned'] === undefined ||
          (query['assigned'] === 'me'
            ? one.assigned?.id === ME.id
            : query['assigned'] === 'none'
              ? !one.assigned
              : one.assigned?.id === query['assigned'])) &&
        (query['snoozed'] === '1' || (query['snoozed'] === 'only' ? snoozed : !snoozed)) &&
        words.every((word) => text.includes(word))
      );
    });
    const key = (one: QueueItem): number => one.held_at ?? one.received_at;
    return found.sort((a, b) => (query['sort'] === 'newest' ? key(b) - key(a) : key(a) - key(b)));
  };
  const facet = (all: QueueItem[], of: (one: QueueItem) => [string, string] | null) => {
    const counts = new Map<string, { key: string; label: string; count: number }>();
    for (const one of all) {
      const pair = of(one);
      if (!pair) continue;
      const entry = counts.get(pair[0]) ?? { key: pair[0], label: pair[1], count: 0 };
      counts.set(pair[0], { ...entry, count: entry.count + 1 });
    }
    return [...counts.values()];
  };

  const api = express.Router();
  api.use(express.json());
  api.use((req, res, next) => {
    if (req.method !== 'GET')
      asked.push({ method: req.method, path: req.path, body: (req.body ?? {}) as Record<string, unknown> });
    const at = failures.findIndex(({ ending }) => req.path.endsWith(ending));
    const [failure] = at === -1 ? [] : failures.splice(at, 1);
    if (failure)
      return void res
        .status(failure.status)
        .json({ error: { code: failure.code, message: failure.message } });
    next();
  });
  api.get('/session', (_req, res) => {
    res.json({
      setup_needed: false,
      account: { ...ME, role: 'reviewer', shortcuts: options.shortcuts ?? true },
      csrf: 'token',
      oidc: null,
    });
  });
  api.get('/live', (req, res) => {
    res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    res.flushHeaders();
    res.write('retry: 200\n\n');
    streams.add(res);
    req.on('close', () => streams.delete(res));
  });
  api.get('/queue', (req, res) => {
    const query = req.query as Record<string, string | undefined>;
    const all = list(query);
    const start = Number(query['cursor'] ?? 0);
    const end = start + Number(query['limit'] ?? 50);
    const page: QueuePage = {
      items: all.slice(start, end),
      next: end < all.length ? String(end) : null,
      ...(all.length > most ? { total: most, total_more: true as const } : { total: all.length }),
      facets: {
        reasons: facet(all, (one) => (one.reason ? [one.reason, one.reason] : null)),
        engines: facet(all, (one) => [one.engine, one.engine]),
        assigned: facet(all, (one) => (one.assigned ? [one.assigned.id, one.assigned.name] : null)),
      },
      live_id: liveId,
      at: Date.now(),
    };
    res.json(page);
  });
  api.get('/queue/causes', (_req, res) => {
    const stale = list({ cause: 'stale' });
    const key = 'stale';
    res.json(
      stale.length < 2
        ? []
        : [
            {
              key,
              kind: 'stale_record',
              label: 'the CRM sync is stale',
              count: stale.length,
              sample: stale.slice(0, 2).map(({ id }) => id),
              opened: stale.slice(0, 2).filter(({ opened }) => opened).length,
              needed: 2,
            },
          ],
    );
  });
  const job = {
    job: 'j1',
    cause: 'stale',
    act: 'release' as const,
    state: 'done' as 'running' | 'done',
    total: 0,
    done: 0,
    awaiting_approval: 0,
    refused: [],
    undo_until: null as number | null,
  };
  api.post('/queue/causes/:key/settle', (_req, res) => {
    const group = list({ cause: 'stale' });
    Object.assign(job, { state: 'running', total: group.length, done: 0 });
    res.json(job);
  });
  api.get('/queue/causes/:key/settle/:job', (_req, res) => {
    const [next] = list({ cause: 'stale' });
    if (next) {
      update(next.id, { state: 'relaying' });
      job.done++;
    } else job.state = 'done';
    res.json(job);
  });
  const counted = (): SavedView[] =>
    [
      { id: 'all', name: 'All held', query: {}, builtin: true, shared: true, mine: false },
      { id: 'mine', name: 'Mine', query: { assigned: 'me' }, builtin: true, shared: true, mine: false },
      { id: 'due', name: 'Due soon', query: { due: 'amber' }, builtin: true, shared: true, mine: false },
      {
        id: 'snoozed',
        name: 'Snoozed',
        query: { snoozed: 'only' },
        builtin: true,
        shared: true,
        mine: false,
      },
      ...saved,
    ].map((view) => ({ ...view, count: list({ ...view.query }).length }));
  api.get('/views', (_req, res) => res.json(counted()));
  api.post('/views', (req, res) => {
    const view = {
      id: `v${saved.length + 1}`,
      builtin: false,
      mine: true,
      count: 0,
      ...(req.body as { name: string; query: object; shared: boolean }),
    };
    saved.push(view);
    res.json(view);
  });
  api.patch('/views/:id', (req, res) => {
    const view = saved.find(({ id }) => id === req.params.id);
    res.json(Object.assign(view ?? {}, req.body));
  });
  api.delete('/views/:id', (req, res) => {
    saved.splice(
      saved.findIndex(({ id }) => id === req.params.id),
      1,
    );
    res.status(204).end();
  });
  api.get('/spot-check/waiting', (_req, res) => void res.json({ waiting: 0 }));
  api.get('/people', (_req, res) =>
    res.json([
      { id: ME.id, name: ME.name },
      { id: 'u2', name: 'Ben Miller' },
    ]),
  );
  api.post('/queue/bulk', (req, res) => {
    const body = req.body as BulkBody;
    const result: BulkResult = { done: [], awaiting_approval: [], refused: [], undo_until: null };
    for (const id of body.ids) {
      if (item(id).state !== 'held') result.refused.push({ id, why: 'It is no longer held.' });
      else if (body.act === 'release' && !item(id).opened)
        result.refused.push({ id, why: 'You have not opened it.' });
      else {
        act(id, body.act, body as unknown as Record<string, unknown>);
        result.done.push(id);
        result.undo_until = item(id).undo_until;
      }
    }
    res.json(result);
  });
  api.get('/deliveries/:id', (req, res) => {
    if (!items.has(req.params.id))
      return void res
        .status(404)
        .json({ error: { code: 'not_found', message: 'There is no such delivery.' } });
    read.add(req.params.id);
    res.json(viewOf(req.params.id));
  });
  api.get('/deliveries/:id/raw', (req, res) => {
    const view = viewOf(req.params.id);
    res
      .type('message/rfc822')
      .send(
        `${view.mail.headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${view.mail.text}`,
      );
  });
  api.get('/deliveries/:id/attachments/:index', (_req, res) => {
    res
      .type('image/png')
      .send(
        Buffer.from(
          'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg+M/wHwAEAQH/7yMK/gAAAABJRU5ErkJggg==',
          'base64',
        ),
      );
  });
  api.post('/deliveries/:id/presence', (req, res) => res.json({ delivery_id: req.params.id, people: [] }));
  api.post('/deliveries/:id/opened', (req, res) => {
    items.set(req.params.id, { ...item(req.params.id), opened: true });
    res.status(204).end();
  });
  api.post('/deliveries/:id/label', (_req, res) => res.status(204).end());
  api.post('/deliveries/:id/comments', (req, res) => {
    const { id } = req.params;
    const comment = {
      id: Date.now(),
      at: Date.now(),
      by: { id: ME.id, name: ME.name },
      text: String(req.body.text),
    };
    views.set(id, { ...views.get(id), comments: [...viewOf(id).comments, comment] });
    update(id, { comments: item(id).comments + 1 });
    res.json(comment);
  });
  api.post('/deliveries/:id/edit', (req, res) => {
    const { id } = req.params;
    const mail = mails.get(id);
    if (!mail) return void res.status(404).end();
    const { text } = req.body as { text: string };
    const still = (mail.findings ?? []).filter(({ words }) => words.every((one) => text.includes(one)));
    const edited: FakeMail = {
      ...mail,
      body: text,
      html: null,
      findings: still,
      decision: still.length > 0 ? mail.decision : 'PASS',
      rationale: still[0]?.rationale ?? 'No rule fires.',
    };
    mails.set(id, edited);
    const after = update(id, { decision: edited.decision });
    views.set(id, { ...views.get(id), mail: { ...fakeView(edited, after, Date.now()).mail, revision: 1 } });
    res.json({ item: after, verdict: fakeVerdict(edited, Date.now()) });
  });
  const UNDO = (options.undoSeconds ?? 10) * 1000;
  const act = (id: string, name: string, body: Record<string, unknown>): ActResult => {
    const undo_until = name === 'release' || name === 'escalate' ? Date.now() + UNDO : null;
    const changes: Partial<QueueItem> =
      name === 'release'
        ? { state: 'relaying', undo_until, held_at: null }
        : name === 'reject'
          ? { state: 'rejected', held_at: null }
          : name === 'escalate'
            ? { state: 'escalating', undo_until, held_at: null }
            : name === 'undo'
              ? { state: 'held', undo_until: null, held_at: Date.now() }
              : name === 'snooze'
                ? { snoozed_until: body['until'] as number | null }
                : name === 'claim'
                  ? { assigned: { id: ME.id, name: ME.name } }
                  : name === 'assign'
                    ? { assigned: body['person'] === null ? null : { id: 'u2', name: 'Ben Miller' } }
                    : {};
    return { item: update(id, changes, ME.email, name), undo_until, awaiting_approval: false };
  };
  api.post('/deliveries/:id/:act', (req: Request, res: Response) => {
    const id = String(req.params['id']);
    const body = (req.body ?? {}) as Record<string, unknown>;
    if (body['version'] !== undefined && body['version'] !== item(id).version) {
      return void res
        .status(409)
        .json({ error: { code: 'conflict', message: 'Ben Miller released it a moment ago.' } });
    }
    res.json(act(id, String(req.params['act']), body));
  });

  const app = express();
  app.use('/api', api);
  app.use(webAppRoutes(builtApp()));
  let server: Server;
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server = app.listen(port, '127.0.0.1', () => resolve());
    });
  await listen(0);
  const { port } = server!.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(stop);

  return {
    base: `http://127.0.0.1:${port}`,
    asked,
    item,
    read,
    change: (id, state, actor = 'ben.miller@presend.example') =>
      void update(id, { state, held_at: state === 'held' ? Date.now() : null }, actor, state),
    hold: (mail) => {
      mails.set(mail.id, mail);
      items.set(mail.id, fakeItem(mail, Date.now()));
      update(mail.id, {}, 'presend', 'held');
    },
    failNext: (ending, status, code, message) => void failures.push({ ending, status, code, message }),
    present: (delivery_id, people) => say('presence', { delivery_id, people }),
    goAway: stop,
    comeBack: () => listen(port),
  };
}
