import { PageTitle } from '../parts/page-title.tsx';

export default function WelcomePage() {
  return <PageTitle title="Welcome" />;
}
