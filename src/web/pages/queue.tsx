import { PageTitle } from '../parts/page-title.tsx';

export default function QueuePage() {
  return <PageTitle title="Queue" />;
}
