/** For every dialog: its header is no banner of the page, and its close button has a name. */
export const DIALOG = {
  attributes: { header: { role: 'presentation' } },
  closeButtonProps: { 'aria-label': 'Close' },
};
