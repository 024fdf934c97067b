import { Component, type ReactNode } from 'react';
import { Trouble } from './trouble.tsx';

/** What a page that failed shows instead of nothing: the rest of the app goes on, and the page can be tried again. */
export class ErrorBoundary extends Component<
  {
    /** The page's address: another page is another try. */
    at: string;
    children: ReactNode;
  },
  { error: Error | null }
> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate(before: { at: string }): void {
    if (before.at !== this.props.at && this.state.error) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Trouble error={error} onRetry={() => this.setState({ error: null })} />;
  }
}
