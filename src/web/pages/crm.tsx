import { CrmTables } from '../crm/crm-page.tsx';

export default function CrmPage() {
  return <CrmTables />;
}
