import { PageTitle } from '../parts/page-title.tsx';

export default function HealthPage() {
  return <PageTitle title="Health" />;
}
