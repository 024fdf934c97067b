import { describe, expect, test } from 'vitest';
import { splitAddressList } from '../../src/message/address-list.ts';

describe('a list of addresses', () => {
  test.each([
    ['jane@example.com', ['jane@example.com']],
    [' a@b.example ,Bo <c@d.example>', ['a@b.example', 'Bo <c@d.example>']],
    ['"Doe, J." <doe@b.example>, a@b.example', ['"Doe, J." <doe@b.example>', 'a@b.example']],
    ['"a \\" , \\\\" <x@b.example>,y@b.example', ['"a \\" , \\\\" <x@b.example>', 'y@b.example']],
  ])('%j is split where a comma separates', (text, parts) => {
    expect(splitAddressList(text)).toEqual(parts);
  });

  test.each([
    '',
    ' ',
    'a@b.example,',
    ',a@b.example',
    'a@b.example,,c@d.example',
    '"Doe, J. <a@b.example>',
    '"a\\" <a@b.example>, c@d.example',
  ])('%j is none', (text) => {
    expect(splitAddressList(text)).toBeNull();
  });
});
