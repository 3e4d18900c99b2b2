import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { isReadable, parsedData } from './response-data.js';

const bytes = Buffer.from('{"errcode":40001}');

it.each<[sentence: string, data: unknown, expected: unknown]>([
  ['a text that is JSON', '{"errcode":40001}', { errcode: 40001 }],
  ['a text that is none', '<html>', '<html>'],
  ['bytes', bytes, { errcode: 40001 }],
  ['a part of a buffer', new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { errcode: 40001 }],
  ['a buffer', Uint8Array.from(bytes).buffer, { errcode: 40001 }],
  ['an object that an adapter made', { errcode: 40001 }, { errcode: 40001 }],
  ['a list', [1], [1]],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a stream', Readable.from(['x']), undefined],
  ['a blob', new Blob(['{}']), undefined],
  ['nothing', undefined, undefined],
  ['null', null, undefined],
])('a predicate gets of %s what can be read', (_, data, expected) => {
  expect(parsedData(data)).toEqual(expected);
});

it.each<[contentType: string | undefined, expected: boolean]>([
  [undefined, true],
  ['text/html; charset=utf-8', true],
  ['application/problem+json', true],
  ['text/event-stream', false],
  ['application/x-text/plain', false],
  ['application/octet-stream', false],
])('a predicate may read a body of %s: %s', (contentType, expected) => {
  expect(isReadable(contentType)).toBe(expected);
});
