import { type ComponentProps, Suspense, lazy, useEffect } from 'react';

const load = () => import('./act-sheet.tsx');
const Sheet = lazy(async () => ({ default: (await load()).ActSheet }));

/** The sheet of an act, not in the first load of the queue. */
export function LazyActSheet(props: ComponentProps<typeof Sheet>) {
  return (
    <Suspense fallback={null}>
      <Sheet {...props} />
    </Suspense>
  );
}

/** Fetches the sheet once the page is there, so that the first act need not wait for it. */
export function useActSheetSoon(): void {
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 500);
    return () => clearTimeout(timer);
  }, []);
}
