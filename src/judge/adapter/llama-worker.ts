import { AdapterError } from './adapter.ts';
import { checkModelFiles } from './llama-files.ts';
import type { LoadedModel } from './llama-model.ts';
import type { Call, FromWorker, LlamaModelOptions, ToWorker } from './llama-protocol.ts';

/**
 * The judge process: holds the model and answers calls, one message each way. A process of its own and no worker
 * thread, because what goes wrong in native code takes its process along: of the corrupt model files tried, one in four
 * ended in abort() or an illegal instruction, which no thread survives; and a thread that hangs in native code cannot
 * be terminated, a process can. Nor can a stuck allocation or the kernel's out-of-memory killer reach the gate.
 *
 * Anything unexpected ends the process: the gate starts a fresh one, which is safer than a model in an unknown state.
 */
let judge: LoadedModel | null = null;

const tell = (message: FromWorker): void => {
  process.send?.(message);
};

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'load':
      void load(message.options);
      break;
    case 'call':
      void answer(message.id, message.call);
      break;
    case 'close':
      void close();
      break;
  }
});

// The gate drains on a signal and closes this process itself; a terminal and systemd signal both at once.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

async function load(options: LlamaModelOptions): Promise<void> {
  // The driver takes its time to load; meanwhile the files are looked at.
  const driver = import('./llama-model.ts');
  try {
    await checkModelFiles(options, process.availableMemory());
    const { LoadedModel } = await driver;
    judge = await LoadedModel.load(options, () => tell({ type: 'progress' }));
    tell({ type: 'ready', facts: judge.facts });
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    tell({ type: 'failed', reason: error.message });
  }
}

async function answer(id: number, call: Call): Promise<void> {
  try {
    if (!judge) throw new AdapterError('unavailable', 'the model is not loaded');
    const value =
      call.type === 'classify'
        ? await judge.classify(call.input)
        : await judge.explain(call.input, call.decision, () => tell({ type: 'progress' }));
    tell({ type: 'answer', id, value });
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    tell({ type: 'refused', id, trouble: error.trouble, message: error.message });
  }
}

async function close(): Promise<void> {
  await judge?.close();
  process.disconnect();
}
