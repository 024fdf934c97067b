import { useQuery } from '@tanstack/react-query';
import type { AccountView } from '../../access/web-types.ts';
import { PasswordPanel } from '../access/password-panel.tsx';
import { ProfilePanel } from '../access/profile-panel.tsx';
import { SessionsPanel } from '../access/sessions-panel.tsx';
import { TokensPanel } from '../access/tokens-panel.tsx';
import { TotpPanel } from '../access/totp-panel.tsx';
import '../access/access.css';
import { api } from '../app/api.ts';
import { Loading } from '../parts/loading.tsx';
import { NotifySettings } from '../notify/notify-settings.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Trouble } from '../parts/trouble.tsx';

/** A person's own account. */
export default function AccountPage() {
  const account = useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => api.get<AccountView>('/account', {}, signal),
  });
  return (
    <>
      <PageTitle
        title="Your account"
        about={account.data && `${account.data.email} · ${account.data.role}`}
      />
      {account.isError && <Trouble error={account.error} onRetry={() => void account.refetch()} />}
      {account.isPending && <Loading />}
      {account.data && (
        <>
          <ProfilePanel account={account.data} />
          <PasswordPanel account={account.data} />
          <TotpPanel account={account.data} />
          <NotifySettings />
          <SessionsPanel />
          <TokensPanel account={account.data} />
        </>
      )}
    </>
  );
}
