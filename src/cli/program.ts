import type { Command } from 'commander';
import { bareProgram } from './bare-program.ts';
import { register as audit } from './audit.ts';
import { register as backtest } from './backtest.ts';
import { register as backup } from './backup.ts';
import { register as restore } from './restore.ts';
import { register as canary } from './canary.ts';
import { register as crm } from './crm.ts';
import { register as demo } from './demo.ts';
import { register as doctor } from './doctor.ts';
import { register as engine } from './engine.ts';
import { register as evaluation } from './eval.ts';
import { register as events } from './events.ts';
import { register as judge } from './judge.ts';
import { register as killSwitch } from './kill-switch.ts';
import { register as keys } from './keys.ts';
import { register as labels } from './labels.ts';
import { register as messages } from './messages.ts';
import { register as models } from './models.ts';
import { register as notify } from './notify.ts';
import { register as review } from './review.ts';
import { register as rubric } from './rubric.ts';
import { register as spotCheck } from './spot-check.ts';
import { register as start } from './start.ts';
import { register as store } from './store.ts';
import { register as trace } from './trace.ts';
import { register as transparent } from './transparent.ts';
import { register as uncertain } from './uncertain.ts';
import { register as user } from './user.ts';
import { register as writeBacks } from './write-backs.ts';

/** The command line: one small file per command. */
export function createProgram(): Command {
  const program = bareProgram();
  for (const register of [
    start,
    demo,
    doctor,
    engine,
    user,
    crm,
    messages,
    trace,
    audit,
    keys,
    review,
    notify,
    uncertain,
    events,
    writeBacks,
    judge,
    rubric,
    backtest,
    killSwitch,
    spotCheck,
    canary,
    evaluation,
    labels,
    models,
    transparent,
    backup,
    restore,
    store,
  ])
    register(program);
  return program;
}
