import { Center, Loader } from '@mantine/core';

/** While a page's data is on its way. */
export function Loading() {
  return (
    <Center mih="40vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
