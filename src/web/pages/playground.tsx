import { PageTitle } from '../parts/page-title.tsx';

export default function PlaygroundPage() {
  return <PageTitle title="Playground" />;
}
