import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { requestBodyOf } from './request-body.js';

describe('a body', () => {
  it.each<[sentence: string, body: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['parameters', new URLSearchParams('a=b')],
    ['bytes', Buffer.from('x')],
    ['a buffer', new ArrayBuffer(1)],
    ['a view', new DataView(new ArrayBuffer(1))],
    ['a blob', new Blob(['x'])],
    ['an object that an adapter may read', { a: 1 }],
  ])('that is %s can be sent again, as it is', (_, body) => {
    expect(requestBodyOf(body)).toEqual({ data: body, isRepeatable: true });
  });

  it.each<[sentence: string, body: unknown]>([
    ['a stream', Readable.from(['x'])],
    ['a stream of the web', new Blob(['x']).stream()],
    ['what is iterated once', (async function* once() {})()],
    ['a form with files of another implementation', foreignForm()],
  ])('that is %s is left as it is, and sent once', (_, body) => {
    const { data, isRepeatable } = requestBodyOf(body);

    expect(data).toBe(body);
    expect(isRepeatable).toBe(false);
  });

  it('that is a form becomes bytes with a boundary that is settled', async () => {
    const form = new FormData();
    form.append('a "b"\n', 'one\ntwo');
    form.append('file', new Blob(['content']), 'ünï.bin');

    const { data, isRepeatable, contentType } = requestBodyOf(form);

    const boundary = /boundary=(.*)$/.exec(contentType ?? '')?.[1];
    expect(isRepeatable).toBe(true);
    expect(await (data as Blob).text()).toBe(
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="a %22b%22%0D%0A"',
        '',
        'one',
        'two',
        `--${boundary}`,
        'Content-Disposition: form-data; name="file"; filename="ünï.bin"',
        'Content-Type: application/octet-stream',
        '',
        'content',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });
});

function foreignForm(): object {
  const file = { name: 'a.txt', [Symbol.toStringTag]: 'File' };
  return {
    values: () => [file].values(),
    [Symbol.iterator]: () => [['file', file]].values(),
    [Symbol.toStringTag]: 'FormData',
  };
}
