import { PageTitle } from '../parts/page-title.tsx';

export default function CrmPage() {
  return <PageTitle title="Crm" />;
}
