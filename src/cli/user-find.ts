import { type Reader, type User, userByEmail } from '../access/user-store.ts';
import { UserError } from '../config/user-error.ts';

/** @throws UserError when there is no user with this e-mail address */
export async function requireUser(db: Reader, email: string): Promise<User> {
  const found = await userByEmail(db, email);
  if (!found) throw new UserError(`there is no user ${email}; list them with: presend user list`);
  return found;
}
