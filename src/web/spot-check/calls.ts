import type {
  AnswerBody,
  CheckDetails,
  CheckResult,
  ItemView,
  SpotCheckPage,
} from '../../kill-switch/spot-check/web-types.ts';
import { api } from '../app/api.ts';

/** Everything about spot checks is loaded under keys that begin so. */
export const SPOT_CHECK = ['spot-check'] as const;

export const calls = {
  page: () => api.get<SpotCheckPage>('/spot-check'),
  waiting: () => api.get<{ waiting: number }>('/spot-check/waiting'),
  item: (id: number) => api.get<ItemView>(`/spot-check/items/${id}`),
  details: (id: number) => api.get<CheckDetails>(`/spot-check/checks/${id}`),
  answer: (id: number, body: AnswerBody, again: boolean) =>
    api.post<ItemView>(`/spot-check/items/${id}/${again ? 'answer-again' : 'answer'}`, body),
  draw: () => api.post<CheckResult>('/spot-check/draw'),
};
