import { counted } from '../../message/counted.ts';
import { type Evaluation, KIND_WORDS, type ModelDetails } from '../evaluation.ts';
import { table } from './figure.ts';
import { type Content, type Markup, markup } from './markup.ts';

/** Judges, models, rubric and cases: what one needs to run the same again. */
export function whatWasRun(evaluation: Evaluation): Markup {
  const { files, judges, presend, rubric, at, throughSmtp } = evaluation;
  const models = new Map(judges.flatMap(({ model }) => (model ? [[model.version, model]] : [])));
  return markup`<dl class="run">
<dt>Date</dt><dd><time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time></dd>
<dt>presend</dt><dd>${presend}</dd>
<dt>Rubric</dt><dd>${rubric}</dd>
${throughSmtp ? markup`<dt>Through</dt><dd>a whole gate, each case a mail over SMTP</dd>` : null}
</dl>
${table({
  caption: 'Judges',
  head: ['judge', 'what it is', 'model'],
  rows: judges.map(({ label, kind, model }) => [label, KIND_WORDS[kind], model?.version ?? '–']),
})}
${[...models.values()].map(modelFacts)}
${table({
  caption: 'Files of cases',
  head: ['file', 'cases', 'bad', 'good', 'hard', 'long', 'rows left out', 'SHA-256'],
  rows: files.map(({ name, cases, bad, sha256 }) => {
    const stopped = cases.filter(({ gold }) => gold !== 'PASS').length;
    return [
      name,
      cases.length,
      stopped,
      cases.length - stopped,
      cases.filter(({ hard }) => hard).length,
      cases.filter(({ long }) => long).length,
      bad.length,
      markup`<code class="sum">${sha256}</code>`,
    ];
  }),
})}
${leftOut(evaluation)}`;
}

function modelFacts({
  name,
  version,
  description,
  licence,
  base,
  lora,
  profile,
  contextSize,
  verticals,
  calibration,
}: ModelDetails): Markup {
  const rows: [string, Content][] = [
    ['Version', version],
    ['Description', description || null],
    ['Licence', licence],
    ['Base', base],
    ['LoRA adapter', lora ?? 'none'],
    ['Asked by the profile', `${profile}, up to ${contextSize} tokens`],
    ['Regulated verticals it is validated for', verticals.join(', ') || 'none'],
    [
      'Calibration',
      calibration === null
        ? 'none: it judges in shadow, adapter shows its likeliest label and full is the rules alone'
        : `temperature ${calibration.temperature.toFixed(3)}, passes from P(PASS) = ${calibration.passesFrom.toFixed(4)}`,
    ],
  ];
  return markup`<h3>Model <bdi>${name}</bdi></h3>
<dl class="run">${rows.filter(([, value]) => value !== null).map(([key, value]) => markup`<dt>${key}</dt><dd>${value}</dd>`)}</dl>`;
}

function leftOut({ files }: Evaluation): Markup | null {
  const rows = files.flatMap(({ name, bad }) => bad.map((one) => ({ name, ...one })));
  if (rows.length === 0) return null;
  return markup`<details><summary>Left out because unusable: ${counted(rows.length, 'row')}</summary>
<ul>${rows.map(({ name, line, why }) => markup`<li><bdi>${name}:${line}: ${why}</bdi></li>`)}</ul></details>`;
}
