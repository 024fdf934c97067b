import { PageTitle } from '../parts/page-title.tsx';

export default function SettingsPage() {
  return <PageTitle title="Settings" />;
}
