import { SyncOverview } from '../crm-sync/sync-overview.tsx';

export default function SyncPage() {
  return <SyncOverview />;
}
