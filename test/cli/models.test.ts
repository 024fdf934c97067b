import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../src/cli/program.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { UserError } from '../../src/config/user-error.ts';
import { HubStandIn } from '../models/hub-stand-in.ts';
import { writePeft, writeTinyModel } from '../models/tiny-qwen2.ts';

const fixture = join(PROJECT_ROOT, 'test/fixtures/training/judge-pairs.jsonl');
let dataDir: string;
const at = (name: string): string => join(dataDir, name);

/** Runs one command in this process, as main.ts does. */
async function models(args: string[]) {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    await createProgram().parseAsync(['node', 'presend', '--data', dataDir, 'models', ...args]);
    return { code: Number(process.exitCode ?? 0), ...written };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { code: 1, ...written, stderr: written.stderr + error.message };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

const listed = async (name: string) =>
  (JSON.parse((await models(['list', '--json'])).stdout) as { name: string }[]).find(
    (row) => row.name === name,
  );

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'presend-models-cli-'));
});

describe('presend models', () => {
  test('pulls the published adapter, verifies it, and lets it judge', async () => {
    const hub = await HubStandIn.start();
    const peft = writePeft(at('peft'));
    const base = readFileSync(await writeTinyModel(at('tiny.gguf')));
    hub.put('Qwen/Qwen2.5-1.5B-Instruct-GGUF', 'qwen2.5-1.5b-instruct-q4_k_m.gguf', base);
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      hub.put('bethelhem21/tenacious-judge-lora', file, readFileSync(join(peft, file)));
    }
    expect(await listed('tenacious-judge')).toMatchObject({ present: false, verified: false, role: null });
    expect(await models(['use', 'tenacious-judge'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is missing; run "presend models pull tenacious-judge" first/),
    });
    const broken = await models(['verify', 'tenacious-judge']);
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/✗ base: .* is missing/) });

    const pulled = await models(['pull', 'tenacious-judge', '--endpoint', hub.endpoint]);
    await hub.stop();
    expect(pulled).toMatchObject({ code: 0, stdout: expect.stringMatching(/^imported: .*lora\.gguf/m) });
    expect(pulled.stderr).toMatch(/\(100 %\)/);
    expect(await listed('tenacious-judge')).toMatchObject({
      present: true,
      verified: true,
      calibrated: false,
    });
    const verified = await models(['verify', 'tenacious-judge']);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/everything is right/) });

    const used = await models(['use', 'tenacious-judge']);
    expect(used.stdout).toMatch(
      /is active .*\n.*no calibration yet: what it says is recorded, not acted upon/,
    );
    expect(await listed('tenacious-judge')).toMatchObject({ role: 'active' });
    await models(['use', 'none']);
    await models(['use', 'tenacious-judge', '--shadow']);
    expect(await listed('tenacious-judge')).toMatchObject({ role: 'shadow' });
    expect((await models(['list'])).stdout).toMatch(/NAME +SIZE +PRESENT +VERIFIED +CALIBRATED +ROLE/);
  });

  test('imports a PEFT adapter, as a file or as a model of its own', async () => {
    const peft = writePeft(at('peft'));
    const base = await writeTinyModel(at('tiny.gguf'));
    const toFile = await models(['import-lora', peft, '--out', at('out.gguf'), '--json']);
    expect(JSON.parse(toFile.stdout)).toMatchObject({ rank: 4, alpha: 8, layers: 2 });
    expect((await models(['import-lora', peft, '--out', at('out.gguf')])).stderr).toMatch(/is there already/);
    const asModel = ['import-lora', peft, '--name', 'mine', '--base', base];
    expect((await models(asModel)).stderr).toMatch(
      /say how it is asked with --profile; known are: .*tenacious-card/,
    );
    expect((await models([...asModel, '--profile', 'tenacious-card'])).stdout).toMatch(
      /^fits .*tiny\.gguf$/m,
    );
    expect(await models(['verify', 'mine'])).toMatchObject({ code: 0 });
    expect((await models([...asModel, '--profile', 'tenacious-card'])).stderr).toMatch(
      /a model "mine" already/,
    );
    expect((await models(['import-lora', peft, '--name', '../mine', '--base', base])).stderr).toMatch(
      /cannot be a name/,
    );
    expect((await models(['import-lora', at('nothing'), '--out', at('x.gguf')])).stderr).toMatch(
      /adapter_config\.json: no such file; name the folder of a PEFT adapter$/,
    );
    expect(existsSync(at('x.gguf'))).toBe(false);
  });

  test('derives a profile, prints it as registry text, and lets a model be asked so', async () => {
    const { stdout, stderr } = await models(['profile', '--from', fixture]);
    expect(parse(stdout).profiles.derived.labels.PASS).toEqual(['SEND', 'PASS']);
    expect(stderr).toMatch(/^6 of 6 prompts are rebuilt exactly/);
    const saved = await models([
      'profile',
      '--from',
      fixture,
      '--save',
      'trained',
      '--model',
      'tenacious-judge',
    ]);
    expect(saved.code).toBe(0);
    expect(await listed('tenacious-judge')).toMatchObject({
      profile: 'trained',
      licence: 'MIT (adapter), Apache-2.0 (base)',
    });
    writeFileSync(at('bad.jsonl'), '{"prompt": "a"}\n');
    expect((await models(['profile', '--from', at('bad.jsonl')])).stderr).toMatch(
      /bad\.jsonl:1: a line must have/,
    );
  });

  test('says in one sentence that a registry is wrong or a model unknown', async () => {
    expect((await models(['pull', 'nobody'])).stderr).toMatch(/^there is no model "nobody"; known are: /);
    await models(['use', 'none']);
    writeFileSync(at('models/registry.yaml'), 'models:\n  x:\n    profil: y\n');
    expect((await models(['list'])).stderr).toMatch(/^.*registry\.yaml:3: unknown key "models\.x\.profil"/m);
  });
});
