import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

/**
 * A dialog of the settings. The page behind it is not kept from scrolling: the library does that by a style element of its own,
 * which the page's policy does not allow.
 */
export function Dialog({
  title,
  size = 'md',
  closeOnClickOutside = true,
  onClose,
  children,
}: {
  title: string;
  size?: string;
  closeOnClickOutside?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal
      opened
      lockScroll={false}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={closeOnClickOutside}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
    </Modal>
  );
}
