import type { TEXT_RULES } from './drafts.ts';

export type Rule = Exclude<(typeof TEXT_RULES)[number], 'funding_tier'>;

/** What a stopped draft may say in another language, written for this test; and mail around it that stops nothing. */
export interface Tongue {
  language: string;
  opening: string;
  closing: string;
  sentences: Record<Rule, string>;
  /** The end of an English sentence that goes over into the language. */
  mixed: Record<Rule, string>;
}

export const TONGUES: readonly Tongue[] = [
  {
    language: 'German',
    opening: 'Guten Tag, wir haben uns noch nicht gesprochen und ich fasse mich deshalb kurz.',
    closing: 'Hätten Sie nächste Woche zwanzig Minuten Zeit? Mit freundlichen Grüßen',
    sentences: {
      thread_leak:
        'Ihr Finanzchef hat mir vertraulich geschrieben, dass im Herbst zwei Abteilungen geschlossen werden.',
      low_confidence_funding: 'Sie haben gerade dreißig Millionen Euro in einer Series B eingesammelt.',
      prior_commitment: 'Unsere vier Entwickler können schon am Montag bei Ihnen in Vollzeit anfangen.',
      soft_rejection:
        'Sie hatten zwar abgelehnt, aber ich möchte Ihnen die Software trotzdem noch einmal vorstellen.',
      regulated_caveat: 'Wir sind garantiert in zwei Wochen fertig und danach läuft alles in Ihrem System.',
      generic_peers: 'Firmen wie Company X und Company Y arbeiten seit Jahren mit uns zusammen.',
    },
    mixed: {
      thread_leak: 'weil Ihr Finanzchef mir vertraulich von der Schließung erzählt hat.',
      low_confidence_funding: 'weil Sie gerade dreißig Millionen eingesammelt haben.',
      prior_commitment: 'und unsere Entwickler fangen gleich am Montag bei Ihnen an.',
      soft_rejection: 'obwohl Sie das beim letzten Mal schon abgelehnt haben.',
      regulated_caveat: 'und wir sind garantiert nach zwei Wochen damit fertig.',
      generic_peers: 'genau wie bei Company X und auch bei Company Y.',
    },
  },
  {
    language: 'French',
    opening: 'Bonjour, nous ne nous connaissons pas encore et je serai donc bref.',
    closing: 'Auriez-vous vingt minutes la semaine prochaine ? Bien cordialement',
    sentences: {
      thread_leak:
        "Votre directeur financier m'a écrit en confidence que deux services vont fermer cet automne.",
      low_confidence_funding: 'Vous venez de lever trente millions de dollars pour votre Series B.',
      prior_commitment: 'Nos quatre développeurs peuvent commencer chez vous à plein temps dès lundi.',
      soft_rejection:
        'Vous aviez dit non, mais je voudrais quand même vous présenter encore une fois le logiciel.',
      regulated_caveat: 'Tout sera en place chez vous dans deux semaines, sans aucun retard possible.',
      generic_peers: 'Des entreprises comme Company X et Company Y nous font confiance depuis longtemps.',
    },
    mixed: {
      thread_leak: "parce que votre directeur financier m'a parlé de la fermeture.",
      low_confidence_funding: 'puisque vous venez de lever trente millions de dollars.',
      prior_commitment: 'et nos développeurs peuvent commencer chez vous dès lundi.',
      soft_rejection: 'même si vous avez déjà dit non la dernière fois.',
      regulated_caveat: 'et tout sera prêt chez vous dans deux semaines.',
      generic_peers: 'tout comme nous le faisons pour Company X et Company Y.',
    },
  },
  {
    language: 'Spanish',
    opening: 'Buenos días, todavía no nos conocemos y por eso seré breve.',
    closing: '¿Tendría veinte minutos la próxima semana? Un cordial saludo',
    sentences: {
      thread_leak:
        'Su director financiero me contó en confianza que van a cerrar dos departamentos en otoño.',
      low_confidence_funding: 'Ustedes acaban de recaudar treinta millones de dólares en su Series B.',
      prior_commitment:
        'Nuestros cuatro programadores pueden empezar con ustedes a tiempo completo el lunes.',
      soft_rejection: 'Ya nos dijo que no, pero me gustaría presentarle otra vez nuestro programa.',
      regulated_caveat: 'Todo estará funcionando en su empresa dentro de dos semanas, sin falta.',
      generic_peers: 'Empresas como Company X y Company Y llevan años trabajando con nosotros.',
    },
    mixed: {
      thread_leak: 'porque su director financiero ya me habló del cierre.',
      low_confidence_funding: 'porque ustedes acaban de recaudar treinta millones de dólares.',
      prior_commitment: 'y nuestros programadores pueden empezar con ustedes el lunes.',
      soft_rejection: 'aunque ya nos dijo que no la última vez.',
      regulated_caveat: 'y todo estará listo en su empresa dentro de dos semanas.',
      generic_peers: 'igual que hacemos desde hace años para Company X y Company Y.',
    },
  },
  {
    language: 'Russian',
    opening: 'Здравствуйте, мы ещё не знакомы, поэтому буду краток.',
    closing: 'Найдётся ли у вас двадцать минут на следующей неделе? С уважением',
    sentences: {
      thread_leak: 'Ваш финансовый директор по секрету написал мне, что осенью закроют два отдела.',
      low_confidence_funding: 'Вы только что привлекли тридцать миллионов долларов.',
      prior_commitment: 'Наши четыре разработчика могут начать у вас уже в понедельник.',
      soft_rejection: 'Вы уже отказались, но я всё же хотел бы показать вам программу ещё раз.',
      regulated_caveat: 'Всё будет работать у вас через две недели, это мы обещаем.',
      generic_peers: 'Такие фирмы, как Company X и Company Y, давно работают с нами.',
    },
    mixed: {
      thread_leak: 'потому что ваш директор рассказал мне о закрытии.',
      low_confidence_funding: 'раз вы привлекли тридцать миллионов.',
      prior_commitment: 'и наши люди начнут у вас в понедельник.',
      soft_rejection: 'хотя вы нам уже отказали.',
      regulated_caveat: 'и всё будет готово через две недели.',
      generic_peers: 'так же как мы делаем для Company X.',
    },
  },
  {
    language: 'Japanese',
    opening: 'はじめてご連絡いたします。手短に申し上げます。',
    closing: '来週二十分ほどお時間をいただけますでしょうか。よろしくお願いいたします。',
    sentences: {
      thread_leak: '御社の財務部長から、秋に二つの部署を閉鎖すると内々に伺いました。',
      low_confidence_funding: '御社は先日三千万ドルを調達されました。',
      prior_commitment: '当社の四人の技術者は月曜日から御社で働けます。',
      soft_rejection: '以前お断りになりましたが、もう一度ご紹介させてください。',
      regulated_caveat: '二週間以内に必ず稼働いたします。',
      generic_peers: 'Company XやCompany Yのような会社も当社を利用しています。',
    },
    mixed: {
      thread_leak: '財務部長から閉鎖の話を伺いましたので。',
      low_confidence_funding: '三千万ドルを調達されたそうですので。',
      prior_commitment: '技術者は月曜日から働けます。',
      soft_rejection: '以前お断りになりましたが。',
      regulated_caveat: '二週間以内に必ず稼働します。',
      generic_peers: 'Company Xと同じように進めます。',
    },
  },
];
