import { PageTitle } from '../parts/page-title.tsx';

export default function SignInPage() {
  return <PageTitle title="SignIn" />;
}
