import { afterEach, describe, expect, it } from 'vitest';
import { MemoryWatch } from '../../src/off-loop/memory-watch.ts';

const MB = 1e6;
let watch: MemoryWatch | undefined;
afterEach(() => watch?.stop());

/** A process of which a collection frees `garbage`, and ending idle workers `idle`. */
function processOf(memory: { used: number; garbage: number; idle: number }) {
  const did: string[] = [];
  watch = new MemoryWatch({
    rss: () => (memory.used + memory.garbage + memory.idle) * MB,
    collect: () => {
      did.push('collect');
      memory.garbage = 0;
    },
    endIdleWorkers: () => {
      did.push('end idle workers');
      memory.idle = 0;
    },
  });
  return { memory, did, look: (now: number) => watch?.look(now) };
}

describe('a gate that is given large mail', () => {
  it('is left alone while it takes no more than at rest', () => {
    const { did, look } = processOf({ used: 190, garbage: 50, idle: 50 });
    look(0);
    expect(did).toEqual([]);
  });

  it('gives garbage back, and keeps its workers where that is enough', () => {
    const { did, look } = processOf({ used: 200, garbage: 100, idle: 60 });
    look(0);
    expect(did).toEqual(['collect']);
  });

  it('ends its idle workers where it is not', () => {
    const { did, look } = processOf({ used: 250, garbage: 50, idle: 100 });
    look(0);
    expect(did).toEqual(['collect', 'end idle workers']);
  });

  it('collects again a second later, and not before', () => {
    const { memory, did, look } = processOf({ used: 260, garbage: 150, idle: 0 });
    look(0);
    memory.garbage = 55;
    look(900);
    expect(did).toEqual(['collect']);
    look(1_000);
    expect(did).toEqual(['collect', 'collect']);
  });

  it('collects again sooner where large mail fills it faster', () => {
    const { memory, did, look } = processOf({ used: 260, garbage: 150, idle: 0 });
    look(0);
    memory.garbage = 65;
    look(200);
    expect(did).toEqual(['collect']);
    look(300);
    expect(did).toEqual(['collect', 'collect']);
  });

  it('that is in use of more is left alone until it has grown', () => {
    const { memory, did, look } = processOf({ used: 500, garbage: 0, idle: 0 });
    look(0);
    look(2_000);
    memory.garbage = 25;
    look(4_000);
    expect(did).toEqual(['collect', 'end idle workers']);
    memory.garbage = 35;
    look(6_000);
    expect(did).toEqual(['collect', 'end idle workers', 'collect', 'end idle workers']);
  });

  it('that is in use of less for a while has grown from there', () => {
    const { memory, did, look } = processOf({ used: 500, garbage: 0, idle: 0 });
    look(0);
    memory.used = 250;
    look(2_000);
    memory.garbage = 60;
    look(4_000);
    expect(did).toEqual(['collect', 'end idle workers', 'collect']);
  });

  it('really collects its garbage', () => {
    let garbage: WeakRef<object> | undefined;
    watch = new MemoryWatch({ rss: () => 400 * MB, endIdleWorkers: () => {} });
    const real = watch;
    return new Promise<void>((resolve) => {
      garbage = new WeakRef({ large: Array.from({ length: 1_000 }) });
      // A reference that was read keeps its object until the turn is over.
      setImmediate(() => {
        real.look(0);
        setImmediate(() => {
          expect(garbage?.deref()).toBeUndefined();
          resolve();
        });
      });
    });
  });
});
