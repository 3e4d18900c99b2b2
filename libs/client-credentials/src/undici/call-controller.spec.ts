import { describe, expect, it } from '@jest/globals';
import { CallController } from './call-controller.js';

/** A controller of one request that writes down what it is told. */
class Inner {
  readonly told: string[] = [];
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: string[] | null = ['a', '1'];
  rawTrailers: string[] | null = ['b', '2'];

  abort(reason: Error): void {
    this.told.push(`abort ${reason.message}`);
    this.aborted = true;
    this.reason = reason;
  }

  pause(): void {
    this.told.push('pause');
    this.paused = true;
  }

  resume(): void {
    this.told.push('resume');
    this.paused = false;
  }
}

const ENOUGH = new Error('enough');

describe('the controller of a call', () => {
  it('knows nothing before a request is on its way', () => {
    const { aborted, reason, paused, rawHeaders, rawTrailers, isPausedByCaller } = new CallController();

    expect({ aborted, reason, paused, rawHeaders, rawTrailers, isPausedByCaller }).toEqual({
      aborted: false,
      reason: null,
      paused: false,
      rawHeaders: null,
      rawTrailers: null,
      isPausedByCaller: false,
    });
  });

  it('passes on what is said to it, and shows what the request shows', () => {
    const controller = new CallController();
    const inner = new Inner();
    controller.follow(inner);

    controller.pause();
    const whilePaused = [controller.paused, controller.isPausedByCaller];
    controller.resume();
    controller.rawHeaders = ['c', '3'];
    controller.rawTrailers = ['d', '4'];

    expect(whilePaused).toEqual([true, true]);
    expect([controller.paused, controller.isPausedByCaller]).toEqual([false, false]);
    expect([controller.rawHeaders, controller.rawTrailers]).toEqual([inner.rawHeaders, inner.rawTrailers]);
    expect(inner.rawHeaders).toEqual(['c', '3']);
    expect(inner.told).toEqual(['pause', 'resume']);
  });

  it('takes no pause and no headers where there is no request', () => {
    const controller = new CallController();

    controller.pause();
    controller.rawHeaders = ['a', '1'];
    controller.rawTrailers = ['b', '2'];
    const { isPausedByCaller } = controller;
    controller.resume();

    expect(isPausedByCaller).toBe(true);
    expect([controller.rawHeaders, controller.rawTrailers]).toEqual([null, null]);
  });

  it('aborts the request once, and each later request of the call', () => {
    const controller = new CallController();
    const [first, second] = [new Inner(), new Inner()];
    controller.follow(first);

    controller.abort(ENOUGH);
    controller.abort(new Error('again'));
    controller.follow(second);

    expect(first.told).toEqual(['abort enough']);
    expect(second.told).toEqual(['abort enough']);
    expect([controller.aborted, controller.reason]).toEqual([true, ENOUGH]);
  });

  it('is aborted with the request', () => {
    const controller = new CallController();
    const inner = new Inner();
    controller.follow(inner);

    inner.abort(ENOUGH);

    expect([controller.aborted, controller.reason]).toEqual([true, ENOUGH]);
  });

  it('has a signal for the time without a request, also if it was aborted before', () => {
    const [waiting, late] = [new CallController(), new CallController()];
    const { signal } = waiting;
    const before = signal.aborted;

    waiting.abort(ENOUGH);
    late.abort(ENOUGH);

    expect([before, signal.aborted, signal.reason]).toEqual([false, true, ENOUGH]);
    expect([late.signal.aborted, late.signal.reason]).toEqual([true, ENOUGH]);
  });
});
