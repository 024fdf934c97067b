import { PageTitle } from '../parts/page-title.tsx';

export default function InsightPage() {
  return <PageTitle title="Insight" />;
}
