import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Caller } from './caller.js';
import { ResponseAttempt } from './response-attempt.js';

const TOKEN = { value: 'a-secret-token', authorization: 'Bearer a-secret-token' };

/** An attempt, what its caller's handler hears, and what its request is told. */
function open(onStart: (attempt: ResponseAttempt) => void = () => undefined): {
  attempt: ResponseAttempt;
  heard: string[];
  told: string[];
  failures: unknown[];
  controller: { paused: boolean } & Parameters<ResponseAttempt['onRequestStart']>[0];
} {
  const heard: string[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  const caller = new Caller({
    onRequestStart: () => void heard.push('begin'),
    onRequestUpgrade: (_controller, status) => void heard.push(`upgrade ${status}`),
    onResponseStart: (_controller, status) => void heard.push(String(status)),
    onResponseData: (_controller, chunk) => void heard.push(chunk.toString()),
    onResponseEnd: () => void heard.push('end'),
    onResponseError: (_controller, error) => void heard.push(error.message),
  });
  const attempt = new ResponseAttempt(caller, 'https://api.example.com', TOKEN, {
    onStart,
    onFailure: (error) => void failures.push(error),
  });
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: null,
    rawTrailers: null,
    abort: (reason: Error) => void told.push(`abort: ${reason.message}`),
    pause() {
      told.push('pause');
      this.paused = true;
    },
    resume() {
      told.push('resume');
      this.paused = false;
    },
  };
  attempt.onRequestStart(controller, {});
  return { attempt, heard, told, failures, controller };
}

const JSON_HEADERS = { 'content-type': 'application/json', 'set-cookie': ['a', 'b'] };

describe('a response to a request with a token', () => {
  it('is passed on as it comes, if it is good at once', () => {
    const { attempt, heard, told, controller } = open((started) => started.forward());

    attempt.onResponseStart(controller, 200, {}, 'OK');
    attempt.onResponseData(controller, Buffer.from('body'));
    attempt.onResponseEnd(controller, {});

    expect(heard).toEqual(['begin', '200', 'body', 'end']);
    expect(told).toEqual([]);
  });

  it('is paused while it is decided about, and then passed on with what came in spite of that', () => {
    const { attempt, heard, told, controller } = open();

    attempt.onResponseStart(controller, 401, JSON_HEADERS);
    attempt.onResponseData(controller, Buffer.from('early'));
    const before = [...heard];
    attempt.forward();
    attempt.onResponseData(controller, Buffer.from('late'));
    attempt.onResponseEnd(controller, {});
    attempt.forward();

    expect(before).toEqual(['begin']);
    expect(heard).toEqual(['begin', '401', 'early', 'late', 'end']);
    expect(told).toEqual(['pause', 'resume']);
    expect(attempt.headers()).toEqual({ 'content-type': 'application/json', 'set-cookie': 'a, b' });
  });

  it('that has ended before it is passed on ends then', () => {
    const { attempt, heard, controller } = open();

    attempt.onResponseStart(controller, 401, {});
    attempt.onResponseEnd(controller, {});
    attempt.onResponseEnd(controller, {});
    attempt.forward();

    expect(heard).toEqual(['begin', '401', 'end']);
  });

  it('is dropped without a word, and its connection given up where too much is left', () => {
    const { attempt, heard, told, controller } = open();

    attempt.onResponseStart(controller, 401, {});
    attempt.drop();
    attempt.drop();
    attempt.onResponseData(controller, Buffer.alloc(100_000));
    attempt.onResponseData(controller, Buffer.alloc(100_000));
    attempt.onResponseStart(controller, 200, {});
    attempt.onResponseEnd(controller, {});
    attempt.forward();

    expect(heard).toEqual(['begin']);
    expect(told).toEqual(['pause', 'resume', 'abort: The response was not read.']);
  });

  it('is preceded by what is said before it, and replaced by an upgrade', () => {
    const { attempt, heard, controller } = open();

    attempt.onResponseStart(controller, 103, {});
    attempt.onRequestUpgrade(controller, 101, {}, new Duplex());

    expect(heard).toEqual(['begin', '103', 'upgrade 101']);
  });

  it('is read where it is text that ends, and not otherwise', async () => {
    const [json, stream, huge] = [open(), open(), open()];
    json.attempt.onResponseStart(json.controller, 200, JSON_HEADERS);
    stream.attempt.onResponseStart(stream.controller, 200, { 'content-type': 'text/event-stream' });
    huge.attempt.onResponseStart(huge.controller, 200, {});

    const reading = json.attempt.data();
    json.attempt.onResponseData(json.controller, Buffer.from('{"a":1}'));
    json.attempt.onResponseEnd(json.controller, {});
    const readingHuge = huge.attempt.data();
    huge.attempt.onResponseData(huge.controller, Buffer.alloc(1024 * 1024 + 1));

    expect(await reading).toEqual({ a: 1 });
    expect(await json.attempt.data()).toEqual({ a: 1 });
    expect(await stream.attempt.data()).toBeUndefined();
    expect(await readingHuge).toBeUndefined();
    expect(huge.told).toEqual(['pause', 'resume', 'pause']);
  });
});

describe('a request with a token that fails', () => {
  it('before a response tells its call, without the token', () => {
    const { attempt, heard, failures, controller } = open();

    attempt.onResponseError(controller, new Error('no match for Bearer a-secret-token'));

    expect(failures).toMatchObject([{ message: 'no match for Bearer [token]' }]);
    expect(heard).toEqual(['begin']);
  });

  it('within a response tells the caller, at once or when the response is passed on', () => {
    const [forwarded, held] = [open((attempt) => attempt.forward()), open()];

    for (const { attempt, controller } of [forwarded, held]) {
      attempt.onResponseStart(controller, 200, {});
      attempt.onResponseError(controller, new Error('reset'));
    }
    held.attempt.forward();

    expect(forwarded.heard).toEqual(['begin', '200', 'reset']);
    expect(held.heard).toEqual(['begin', '200', 'reset']);
    expect(held.failures).toEqual([]);
  });
});
