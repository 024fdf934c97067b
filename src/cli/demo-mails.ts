/** One mail of the demo, to a prospect of the example CRM. */
export interface DemoMail {
  /** What it shows, in a few words. */
  shows: string;
  to: string;
  subject: string;
  text: string;
  html?: string;
}

const signed = (body: string): string => `${body}\n\nBest,\nMara Lindt\nDemo Engineering`;

export const DEMO_MAILS: DemoMail[] = [
  {
    shows: 'a plain, specific mail',
    to: 'willem.kok@meridian-freight.example',
    subject: 'Hiring for the port scheduling team',
    text: signed(
      'Hi Willem,\n\nyour careers page lists several openings around port scheduling. If the search takes longer than you would like, we could lend you experienced engineers meanwhile. Would a short call next week be useful?',
    ),
  },
  {
    shows: 'a CTO at exactly 2,000 people',
    to: 'amir.said@pennant-pay.example',
    subject: 'Fifteen open roles',
    text: signed(
      'Hi Amir,\n\nfifteen open engineering roles is a lot to fill at once. May I send you two profiles that fit the payments side?',
    ),
  },
  {
    shows: 'opted out of SMS only',
    to: 'clara.juhl@tideline-energy.example',
    subject: 'A question about your grid team',
    text: signed(
      'Hi Clara,\n\nis the grid forecasting work still growing? I have an idea I would like to test with you.',
    ),
    html: '<p>Hi Clara,</p><p>is the grid forecasting work still growing? I have an idea I would like to test with you.</p><p>Best,<br>Mara Lindt<br>Demo Engineering</p>',
  },
  {
    shows: 'a founder who hires locally only',
    to: 'jonas.brandt@heimat-software.example',
    subject: 'Engineers for Heimat',
    text: signed(
      'Hi Jonas,\n\nwe have senior engineers in Nairobi and Lagos who could join your team remotely.',
    ),
  },
  {
    shows: 'a person who opted out of e-mail',
    to: 'Oliver.Hart+newsletter@Lumen-Ledger.example',
    subject: 'Following up',
    text: signed('Hi Oliver,\n\njust following up on my note about your ledger team.'),
  },
  {
    shows: 'a company whose domain is suppressed',
    to: 'bram.visser@orchard-street.example',
    subject: 'Your first product',
    text: signed('Hi Bram,\n\ncongratulations on the launch. Could we help with the next release?'),
  },
  {
    shows: 'a CTO at 4,200 people',
    to: 'saskia.devries@meridian-freight.example',
    subject: 'Engineering capacity',
    text: signed(
      'Hi Saskia,\n\nthirty-one open roles is quite a list. Would a conversation about extra capacity help?',
    ),
  },
  {
    shows: "the CEO's confidence, told to the VP",
    to: 'ana.ferro@northwind-analytics.example',
    subject: 'Your streaming work',
    text: signed(
      'Hi Ana,\n\nspring is here, so I am coming back about the streaming work. With the Lisbon office closing in September and eleven engineers moving to Berlin, you may want some continuity. Shall we talk?',
    ),
  },
  {
    shows: 'a funding rumour as fact',
    to: 'lena.vogt@quillstone.example',
    subject: 'Congratulations',
    text: signed(
      'Hi Lena,\n\ncongratulations on closing your $12M Series A. This is the moment to grow the team.',
    ),
  },
  {
    shows: 'engineers who are promised elsewhere',
    to: 'freja.holm@saltmarsh-robotics.example',
    subject: 'Tigist Haile',
    text: signed(
      'Hi Freja,\n\nTigist Haile, one of our best platform engineers, is available to start with you next week.',
    ),
  },
  {
    shows: 'a declined subject, pushed again',
    to: 'nils.bakke@tideline-energy.example',
    subject: 'Staff augmentation',
    text: signed(
      'Hi Nils,\n\nI know you said no, but staff augmentation would really speed your grid team up. Can we talk about it this week?',
    ),
  },
  {
    shows: 'a timeline without the caveat health care needs',
    to: 'marcus.bell@brightwell-health.example',
    subject: 'Patient portal',
    text: signed('Hi Marcus,\n\nwe can have three engineers working on the patient portal within two weeks.'),
  },
  {
    shows: 'placeholder peers',
    to: 'priya.raman@lumen-ledger.example',
    subject: 'Ledger team',
    text: signed(
      'Hi Priya,\n\nwe have helped companies like TechCorp and Acme Solutions ship their ledgers faster. Would that interest you?',
    ),
  },
  {
    shows: 'an address the CRM does not know',
    to: 'someone@not-in-the-crm.example',
    subject: 'Hello',
    text: signed('Hi,\n\nwould a short call about engineering capacity be useful?'),
  },
];
