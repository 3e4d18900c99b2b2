import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { bodyCopyOf, isForm, requestBodyOf } from './request-body.js';

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
    ['a stream of another kind', { pipe: () => undefined }],
    ['a stream of the web of another kind', { getReader: () => undefined }],
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
    form.append('text', new Blob(['words'], { type: 'text/plain' }), 'a "b".txt');

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
        `--${boundary}`,
        'Content-Disposition: form-data; name="text"; filename="a %22b%22.txt"',
        'Content-Type: text/plain',
        '',
        'words',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  it('that is a form gets a boundary that nobody can guess', () => {
    const [one, other] = [new FormData(), new FormData()].map((form) => requestBodyOf(form).contentType);

    expect(one).toMatch(/^multipart\/form-data; boundary=form-[\da-f]{32}$/);
    expect(other).not.toBe(one);
  });
});

describe('a form', () => {
  it.each<[sentence: string, data: unknown, isOne: boolean]>([
    ['the platform’s', new FormData(), true],
    ['one of another implementation', foreignForm(), true],
    ['not one that is a stream', { ...foreignForm(), pipe: () => undefined }, false],
    ['not what has no entries', { [Symbol.toStringTag]: 'FormData' }, false],
    ['not parameters', new URLSearchParams(), false],
    ['not a text', 'FormData', false],
    ['not null', null, false],
    ['not undefined', undefined, false],
  ])('is %s', (_, data, isOne) => {
    expect(isForm(data)).toBe(isOne);
  });
});

describe('the copy of a body', () => {
  it('of parameters does not change with them', () => {
    const body = new URLSearchParams('a=b');
    const copy = bodyCopyOf(body);
    body.set('a', 'c');

    expect(copy).toBeInstanceOf(URLSearchParams);
    expect((copy as URLSearchParams).toString()).toBe('a=b');
  });

  it('of a buffer does not change with it', () => {
    const body = Uint8Array.of(1, 2, 3).buffer;
    const copy = bodyCopyOf(body);
    new Uint8Array(body).fill(9);

    expect(new Uint8Array(copy as ArrayBuffer)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('of a view has its bytes, and does not change with them', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const copy = bodyCopyOf(new DataView(bytes.buffer, 1, 2));
    bytes.fill(9);

    expect(copy).toEqual(Uint8Array.of(2, 3));
  });

  it('of a form does not change with it', () => {
    const body = new FormData();
    body.append('a', 'b');
    const copy = bodyCopyOf(body);
    body.append('c', 'd');

    expect(copy).not.toBe(body);
    expect([...(copy as FormData)]).toEqual([['a', 'b']]);
  });

  it.each([
    ['a text', 'text'],
    ['a blob', new Blob(['x'])],
  ])('of %s is the same', (_, body) => {
    expect(bodyCopyOf(body)).toBe(body);
  });
});

function foreignForm(): object {
  const file = { name: 'a.txt', [Symbol.toStringTag]: 'File' };
  return {
    values: () => ['text', file].values(),
    [Symbol.iterator]: () =>
      [
        ['text', 'text'],
        ['file', file],
      ].values(),
    [Symbol.toStringTag]: 'FormData',
  };
}
