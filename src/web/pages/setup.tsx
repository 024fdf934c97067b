import { PageTitle } from '../parts/page-title.tsx';

export default function SetupPage() {
  return <PageTitle title="Setup" />;
}
