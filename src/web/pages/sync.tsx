import { PageTitle } from '../parts/page-title.tsx';

export default function SyncPage() {
  return <PageTitle title="Sync" />;
}
