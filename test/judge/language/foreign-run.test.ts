import { describe, expect, it } from 'vitest';
import { foreignRun, foreignScriptRun } from '../../../src/judge/language/foreign-run.ts';
import { isEnglishWord } from '../../../src/judge/language/vocabulary.ts';

describe('foreignRun', () => {
  it.each([
    ['German', 'We wanted to say that wir schon am Montag anfangen können, as agreed.'],
    ['French', 'As agreed, nous pouvons commencer chez vous lundi, if it suits.'],
    ['Spanish', 'As agreed, podemos empezar con ustedes el lunes, if it suits.'],
    ['Dutch', 'As agreed, wij kunnen maandag bij jullie beginnen, if it suits.'],
  ])('finds a few words of %s in an English sentence', (_language, text) => {
    expect(foreignRun(text)).not.toBeNull();
  });

  it.each([
    'Would a short call next week about your hiring plans be useful?',
    'Best regards to Jürgen Müller, Geschäftsführer of Krag Laboratoriebemanding.',
    'Kubernetes, Terraform, Ansible, Prometheus, Grafana and Kafka',
    'Med venlig hilsen',
    'See https://sender.example/über/uns/kontakt/formular and ann@sender.example.',
  ])('finds nothing in: %s', (text) => {
    expect(foreignRun(text)).toBeNull();
  });

  it('reads each paragraph by itself', () => {
    expect(foreignRun('sehr geehrte\n\nmit besten\n\nvielen dank')).toBeNull();
  });
});

describe('foreignScriptRun', () => {
  it.each([
    'мы начнём в понедельник',
    '三千万ドルを調達されました',
    'نحن نبدأ يوم الاثنين القادم',
    'ξεκινάμε την Δευτέρα',
  ])('finds %s', (text) => expect(foreignScriptRun(`As agreed, ${text}, if it suits.`)).not.toBeNull());
  it.each([
    'Иван Петрович Сидоров',
    '株式会社山田',
    'Δημήτρης Παπαδόπουλος',
    'π and λ',
  ])('takes %s for a name', (text) =>
    expect(foreignScriptRun(`A note for ${text}, if it suits.`)).toBeNull());
});

describe('isEnglishWord', () => {
  it.each(['raised', 'funding', 'engineers', 'whether'])('knows %s', (word) =>
    expect(isEnglishWord(word)).toBe(true));
  it.each(['eingesammelt', 'qxzt', 'fundinground'])('does not know %s', (word) =>
    expect(isEnglishWord(word)).toBe(false));
});
