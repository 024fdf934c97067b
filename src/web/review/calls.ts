import type {
  ActBody,
  ActResult,
  BulkBody,
  BulkResult,
  Cause,
  CauseSettleBody,
  DeliveryView,
  EditBody,
  EditResult,
  Label,
  LivePresence,
  Person,
  QueuePage,
  QueueQuery,
  SavedView,
  SettleJob,
  ViewBody,
} from '../../review/web-types.ts';
import { api, apiUrl } from '../app/api.ts';

/** Acts on one delivery that answer `ActResult`. */
export type SimpleAct =
  | 'release'
  | 'reject'
  | 'escalate'
  | 'snooze'
  | 'claim'
  | 'unclaim'
  | 'assign'
  | 'undo'
  | 'close'
  | 'take_over'
  | 'confirm'
  | 'resend'
  | 'cancel';

/** Besides `ActBody`: of `snooze` and of `assign`. */
export interface SimpleActBody extends ActBody {
  until?: number | null;
  person?: string | null;
}

const at = (id: string, rest = ''): string => `/deliveries/${encodeURIComponent(id)}${rest}`;
const cause = (key: string): string => `/queue/causes/${encodeURIComponent(key)}/settle`;

/** The review part of the browser API (`src/review/web-types.ts`). */
export const calls = {
  queue: (query: QueueQuery, signal?: AbortSignal) => api.get<QueuePage>('/queue', { ...query }, signal),
  bulk: (body: BulkBody) => api.post<BulkResult>('/queue/bulk', body),
  causes: () => api.get<Cause[]>('/queue/causes'),
  settleCause: (key: string, body: CauseSettleBody) => api.post<SettleJob>(cause(key), body),
  settleJob: (key: string, job: string) => api.get<SettleJob>(`${cause(key)}/${job}`),
  undoSettleJob: (key: string, job: string) => api.post<SettleJob>(`${cause(key)}/${job}/undo`),
  views: () => api.get<SavedView[]>('/views'),
  saveView: (body: ViewBody) => api.post<SavedView>('/views', body),
  changeView: (id: string, body: Partial<ViewBody>) => api.send<SavedView>('PATCH', `/views/${id}`, body),
  deleteView: (id: string) => api.send<void>('DELETE', `/views/${id}`),
  people: () => api.get<Person[]>('/people'),
  delivery: (id: string, signal?: AbortSignal) => api.get<DeliveryView>(at(id), {}, signal),
  opened: (id: string, revision: number) => api.post<unknown>(at(id, '/opened'), { revision }),
  /** Answered with who else is there. */
  presence: (id: string, leave = false) =>
    api.post<LivePresence>(at(id, '/presence'), leave ? { leave } : {}),
  act: (id: string, act: SimpleAct, body: SimpleActBody) =>
    api.post<ActResult>(at(id, `/${act === 'take_over' ? 'take-over' : act}`), body),
  edit: (id: string, body: EditBody) => api.post<EditResult>(at(id, '/edit'), body),
  comment: (id: string, text: string) =>
    api.post<DeliveryView['comments'][number]>(at(id, '/comments'), { text }),
  label: (id: string, label: Label) => api.post<unknown>(at(id, '/label'), { label }),
  rawUrl: (id: string, revision: number) => apiUrl(at(id, '/raw'), { revision }),
  attachmentUrl: (id: string, index: number, revision: number) =>
    apiUrl(at(id, `/attachments/${index}`), { revision }),
  /** For a picture that the mail shows itself. */
  pictureUrl: (id: string, index: number, revision: number) =>
    apiUrl(at(id, `/attachments/${index}`), { revision, inline: 1 }),
};
