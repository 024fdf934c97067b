import { PageTitle } from '../parts/page-title.tsx';

export default function TracePage() {
  return <PageTitle title="Trace" />;
}
