import { PageTitle } from '../parts/page-title.tsx';

export default function MessagePage() {
  return <PageTitle title="Message" />;
}
