import type { Random } from '../../../src/evaluate/random.ts';
import { bodyMutations } from './body-mutations.ts';
import { headerMutations } from './header-mutations.ts';
import { typeMutations } from './type-mutations.ts';
import { type MailTree, pick, validMail, writeMail } from './valid-mail.ts';

/** Changes a mail, or says that it does not apply to it. */
export interface Mutation {
  name: string;
  apply: (mail: MailTree, random: Random) => boolean;
}

const MUTATIONS: readonly Mutation[] = [...headerMutations, ...typeMutations, ...bodyMutations];

/** A valid mail with one to three mutations. */
export function mutatedMail(random: Random): { raw: Buffer; mutations: string[] } {
  const mail = validMail(random);
  const mutations: string[] = [];
  const wanted = pick(random, [1, 1, 1, 2, 3]);
  while (mutations.length < wanted) {
    const mutation = pick(random, MUTATIONS);
    if (mutation.apply(mail, random)) mutations.push(mutation.name);
  }
  return { raw: writeMail(mail), mutations };
}
