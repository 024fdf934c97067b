import { expect, test } from 'vitest';
import { headerMap, isAutomatic } from '../../src/feedback/automatic.ts';
import { decodeWords } from '../../src/message/encoded-words.ts';

test.each([
  ['Auto-Submitted: auto-replied'],
  ['auto-submitted: auto-generated; owner-email="x@y.example"'],
  ['Precedence: bulk'],
  ['Precedence: auto_reply'],
  ['PRECEDENCE: List'],
  ['X-Autoreply: yes'],
  ['List-Id: <news.example>'],
  ['Content-Type: multipart/report; report-type=delivery-status'],
  ['Return-Path: <>'],
])('a mail with "%s" was written by a program', (line) => {
  expect(isAutomatic(fields('From: jane@prospect.example', line), null)).toBe(true);
});

test.each([
  ['Auto-Submitted: no'],
  ['Auto-Submitted: No (a person)'],
  ['Precedence: first-class'],
  ['Return-Path: <jane@prospect.example>'],
  ['Content-Type: multipart/alternative; boundary=report'],
  ['Subject: Re: auto-replied'],
  ['X-Auto-Response-Suppress: OOF'],
])('a mail with "%s" may be a person’s', (line) => {
  expect(isAutomatic(fields('From: jane@prospect.example', line), null)).toBe(false);
});

test('one of several headers of a name is enough', () => {
  expect(isAutomatic(fields('Precedence: first-class', 'Precedence: bulk'), null)).toBe(true);
});

test('names in encoded words are decoded, broken ones left alone', () => {
  expect(decodeWords('=?utf-8?b?SsO2cmc=?= =?iso-8859-1?Q?_R=F6?=')).toBe('Jörg Rö');
  expect(decodeWords('=?no-such-charset?q?x?= Jane')).toBe('=?no-such-charset?q?x?= Jane');
});

function fields(...lines: string[]) {
  return headerMap(lines.map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}
