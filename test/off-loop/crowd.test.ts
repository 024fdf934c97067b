import { afterAll, describe, expect, it } from 'vitest';
import { judgeByRules } from '../../src/judge/judge.ts';
import { parseMessage } from '../../src/message/parse.ts';
import { inCrowd, joinCrowd } from '../../src/off-loop/crowd.ts';
import type { JobName } from '../../src/off-loop/jobs.ts';
import { judgeMail } from '../../src/off-loop/judge.ts';
import { parseMail } from '../../src/off-loop/mail.ts';
import type { Workers } from '../../src/off-loop/pool.ts';
import { judges } from '../../src/off-loop/shared-pool.ts';
import { inputFor, prospectWith } from '../judge/rule-input.ts';

afterAll(() => judges().close());

const { draft, rubric, channel, today, prospect } = inputFor(
  prospectWith(),
  'Shall we talk on Monday about your depot?',
);
const input = { draft, rubric, channel, today, prospect };

/** Which jobs were handed over; they are done by the process's own workers. */
function watched(): { jobs: JobName[]; workers: () => Workers } {
  const jobs: JobName[] = [];
  const workers: Workers = {
    run: (name, ...rest) => {
      jobs.push(name);
      return judges().run(name, ...rest);
    },
  };
  return { jobs, workers: () => workers };
}

describe('a crowd of short mail', () => {
  it('is judged by a worker as the event loop would judge it, until it is done', async () => {
    const { jobs, workers } = watched();
    const alone = await judgeMail(input, workers);
    expect(jobs).toEqual([]);
    const leave = Array.from({ length: 4 }, joinCrowd);
    expect(await judgeMail(input, workers)).toEqual(alone);
    expect(jobs).toEqual(['judge']);
    leave.pop()?.();
    expect(inCrowd()).toBe(false);
    expect(await judgeMail(input, workers)).toEqual(alone);
    expect(jobs).toEqual(['judge']);
    for (const one of leave) one();
    expect(alone).toEqual(judgeByRules(input));
  });

  it('is read by that worker too', async () => {
    const raw = Buffer.from('From: a@demo.example\r\nSubject: Monday\r\n\r\nShall we talk?\r\n');
    const leave = Array.from({ length: 8 }, joinCrowd);
    expect(inCrowd()).toBe(true);
    expect(await parseMail(raw)).toEqual(await parseMessage(raw));
    for (const one of leave) one();
  });
});
