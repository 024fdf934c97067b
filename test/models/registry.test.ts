import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { spellings } from '../../src/judge/adapter/profile.ts';
import { editRegistry, requireName, writtenEntry } from '../../src/models/registry-edit.ts';
import { type ModelFolders, loadRegistry, modelFolders, requireModel } from '../../src/models/registry.ts';

const PROFILE = `
  plain:
    template: "Rules\\n{context}\\nDraft: {draft}\\nAnswer: "
    context: { style: json, indent: null }
    labels: { SUPPRESS: [SUPPRESS], ESCALATE: [ESCALATE], BLOCK: [BLOCK], PENALISE: [PENALISE], PASS: [SEND] }
`;

const local = (name: string, file: string) => `
  ${name}:
    base: { file: ${file} }
    profile: plain
`;

let folders: ModelFolders;
const write = (layer: keyof ModelFolders, text: string) =>
  writeFileSync(join(folders[layer], 'registry.yaml'), text);

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'presend-registry-'));
  folders = { shipped: join(root, 'shipped'), user: join(root, 'data/models') };
  mkdirSync(folders.shipped, { recursive: true });
  mkdirSync(folders.user, { recursive: true });
});

describe('the registry that comes with presend', () => {
  const registry = loadRegistry(modelFolders({ data_dir: join(tmpdir(), 'no-such-data') }));

  test('asks the published adapter as its card says, and takes SEND for PASS', () => {
    const profile = registry.profiles.get('tenacious-card')!;
    expect(profile.template).toMatch(/^<\|im_start\|>system\nYou are a sales-outreach judge for Tenacious/);
    expect(profile.template).toMatch(/\n\nAgent output:\n\{draft\}<\|im_end\|>\n<\|im_start\|>assistant\n$/);
    expect(profile.context).toEqual({ style: 'json', indent: 2, ascii: true });
    expect(spellings(profile)).toContainEqual({ text: 'SEND', decision: 'PASS' });
  });

  test('names the published adapter, to be pulled into the data folder', () => {
    const model = requireModel(registry, 'tenacious-judge');
    expect(model).toMatchObject({
      kind: 'local',
      calibration: null,
      base: { source: { repo: 'Qwen/Qwen2.5-1.5B-Instruct-GGUF' } },
      lora: { source: { repo: 'bethelhem21/tenacious-judge-lora' } },
    });
    expect(model.kind === 'local' && model.base.path).toMatch(/no-such-data\/models\/qwen2\.5/);
    expect(() => requireModel(registry, 'nobody')).toThrow(/no model "nobody"; known are: .*tenacious-judge/);
  });
});

describe('two registries', () => {
  test("merge by name, the user's winning, and resolve paths beside the one that names them", () => {
    write(
      'shipped',
      `active: one\nprofiles:${PROFILE}models:${local('one', 'one.gguf')}${local('two', 'two.gguf')}`,
    );
    write('user', `models:${local('two', 'mine.gguf')}`);
    writeFileSync(join(folders.shipped, 'one.gguf'), '');
    const { models, active, shadow } = loadRegistry(folders);
    expect([...models.values()].map((m) => m.kind === 'local' && m.base.path)).toEqual([
      join(folders.shipped, 'one.gguf'),
      join(folders.user, 'mine.gguf'),
    ]);
    expect(active?.name).toBe('one');
    expect(shadow).toBeNull();
  });

  test("a model has no calibration until the file is there, and the user's is preferred", () => {
    write('shipped', `profiles:${PROFILE}models:${local('one', 'one.gguf')}`);
    const calibration = () => loadRegistry(folders).models.get('one')!.calibration;
    expect(calibration()).toBeNull();
    mkdirSync(join(folders.shipped, 'one'));
    writeFileSync(join(folders.shipped, 'one/calibration.json'), '{}');
    expect(calibration()).toBe(join(folders.shipped, 'one/calibration.json'));
    const { calibrationTarget } = loadRegistry(folders).models.get('one')!;
    mkdirSync(join(folders.user, 'one'));
    writeFileSync(calibrationTarget, '{}');
    expect(calibration()).toBe(join(folders.user, 'one/calibration.json'));
  });

  test('a remote model may name several hosts, each with what differs from the others', () => {
    write(
      'user',
      `profiles:${PROFILE}models:
  pool:
    profile: plain
    remote:
      dialect: llama-server
      model: judge
      api_key_env: JUDGE_KEY
      max_in_flight: 4
      hedge: { after: 400, most: 0.1 }
      hosts:
        - { name: gpu-1, url: "http://10.0.0.1:8081" }
        - { url: "http://10.0.0.2:8081", api_key_env: null, max_in_flight: 16 }
`,
    );
    expect(loadRegistry(folders).models.get('pool')).toMatchObject({
      remote: {
        url: null,
        hedge: { after: 400, most: 0.1 },
        hosts: [
          { name: 'gpu-1', url: 'http://10.0.0.1:8081', apiKeyEnv: 'JUDGE_KEY', maxInFlight: 4 },
          { name: '10.0.0.2:8081', url: 'http://10.0.0.2:8081', apiKeyEnv: null, maxInFlight: 16 },
        ],
      },
    });
  });

  test.each([
    ['', /models\.pool\.remote: needs url, or hosts for several/],
    ['url: "http://a", hosts: [{url: "http://b"}]', /remote: has url and hosts: name the hosts only/],
    ['hosts: []', /remote\.hosts: names no host/],
    [
      'hosts: [{url: "http://a"}, {url: "http://a", name: b}]',
      /remote\.hosts\.1\.url: "http:\/\/a" is named twice/,
    ],
    ['hosts: [{url: "http://a", name: b}, {url: "http://b"}]', /remote\.hosts\.1\.name: "b" is named twice/],
    ['hosts: [{url: "http://a", weight: 2}]', /unknown key "models\.pool\.remote\.hosts\.0\.weight"/],
    ['url: "http://a", hedge: {most: 5}', /remote\.hedge\.most: .*<=0\.5/],
    ['url: "http://a", hedge: {after: p99}', /remote\.hedge\.after/],
    ['url: "http://a", max_in_flight: 0', /remote\.max_in_flight: .*>=1/],
  ])('hosts that make no sense are told with file and line: %s', (remote, message) => {
    const known = 'dialect: vllm, model: judge';
    const entry = `remote: { ${remote === '' ? known : `${remote}, ${known}`} }`;
    write('user', `profiles:${PROFILE}models:\n  pool:\n    profile: plain\n    ${entry}\n`);
    expect(() => loadRegistry(folders)).toThrow(message);
  });

  test('a remote model names its host and where its key is, never the key', () => {
    const remote = (key: string) => `profiles:${PROFILE}models:
  far:
    remote: { url: "https://judge.example/v1", dialect: vllm, model: judge, ${key} }
    profile: plain
`;
    write('user', remote('api_key_env: JUDGE_KEY'));
    expect(requireModel(loadRegistry(folders), 'far')).toMatchObject({
      kind: 'remote',
      remote: {
        dialect: 'vllm',
        url: 'https://judge.example/v1',
        hosts: [
          { name: 'judge.example', url: 'https://judge.example/v1', apiKeyEnv: 'JUDGE_KEY', maxInFlight: 8 },
        ],
      },
    });
    write('user', remote('api_key: secret'));
    expect(() => loadRegistry(folders)).toThrow(
      /registry\.yaml:\d+: unknown key "models\.far\.remote\.api_key"/,
    );
  });

  test.each([
    [
      'a path that leaves the folder',
      `profiles:${PROFILE}models:${local('x', '../../etc/x.gguf')}`,
      /:8: models\.x\.base\.file: must not leave/,
    ],
    ['a name that is a path', `profiles:${PROFILE}models:${local('"../x"', 'x.gguf')}`, /must be a name/],
    [
      'a profile that is not there',
      `models:${local('x', 'x.gguf')}`,
      /models\.x: there is no profile "plain"/,
    ],
    ['an active model that is not there', 'active: gone\n', /active: there is no model "gone"/],
    [
      'a sum that is none',
      `profiles:${PROFILE}models:\n  x: { base: { file: x, sha256: abc }, profile: plain }\n`,
      /models\.x\.base\.sha256: must be a SHA-256/,
    ],
    [
      'a profile without its draft',
      'profiles:\n  p: { template: "{context}", context: { style: json }, labels: {} }\n',
      /:2: profiles\.p\.template: must hold/,
    ],
  ])('are refused with the line for %s', (_, text, sentence) => {
    write('user', text);
    expect(() => loadRegistry(folders)).toThrow(sentence);
  });

  test('an absolute path is for a user of this machine, not for what is shipped', () => {
    write('shipped', `profiles:${PROFILE}models:${local('x', '/srv/x.gguf')}`);
    expect(() => loadRegistry(folders)).toThrow(/must be relative/);
    write('shipped', '');
    write('user', `profiles:${PROFILE}models:${local('x', '/srv/x.gguf')}`);
    expect(loadRegistry(folders).models.get('x')).toMatchObject({ base: { path: '/srv/x.gguf' } });
  });
});

describe("an edit of the user's registry", () => {
  test('keeps comments and other entries, and can say that no model is active', () => {
    write('shipped', `active: one\nprofiles:${PROFILE}models:${local('one', 'one.gguf')}`);
    write('user', `# mine\nprofiles:${PROFILE}# kept\nmodels:${local('two', 'two.gguf')}`);
    editRegistry(folders.user, { active: 'two', shadow: 'one' });
    expect(loadRegistry(folders)).toMatchObject({ active: { name: 'two' }, shadow: { name: 'one' } });
    editRegistry(folders.user, { active: null });
    expect(loadRegistry(folders)).toMatchObject({ active: null, shadow: { name: 'one' } });
    const text = readFileSync(join(folders.user, 'registry.yaml'), 'utf8');
    expect(text).toContain('# mine');
    expect(text).toContain('# kept');
  });

  test('finds an entry as it was written, also beside a file of comments alone', () => {
    write('shipped', `profiles:${PROFILE}models:${local('one', 'one.gguf')}`);
    write('user', '# nothing yet\n');
    expect(writtenEntry(folders, 'one')).toEqual({ base: { file: 'one.gguf' }, profile: 'plain' });
    expect(writtenEntry(folders, 'two')).toBeNull();
  });

  test('that would not be valid changes nothing', () => {
    editRegistry(folders.user, { active: null });
    const before = readFileSync(join(folders.user, 'registry.yaml'), 'utf8');
    expect(() => editRegistry(folders.user, { models: { x: { base: {} } } })).toThrow(/models\.x/);
    expect(readFileSync(join(folders.user, 'registry.yaml'), 'utf8')).toBe(before);
    expect(() => requireName('../x')).toThrow(/"\.\.\/x" cannot be a name/);
  });
});
