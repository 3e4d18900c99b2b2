import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { handlerOf, keepLast } from './last-interceptor.js';

describe('an interceptor that is kept last', () => {
  const visited = (manager: object): unknown[] => {
    const seen: unknown[] = [];
    Reflect.apply(Reflect.get(manager, 'forEach') as () => void, manager, [
      (each: unknown) => seen.push(each),
    ]);
    return seen;
  };
  const [handler, alone] = [handlerOf((config) => config), handlerOf((config) => config)];

  it('takes no place in a manager that cannot be walked, such as a mock’s', () => {
    const manager = {};

    const release = keepLast(manager, { handler, alone });
    release();

    expect(manager).toEqual({});
  });

  it('comes first and last in a manager whose handlers cannot be read', () => {
    const [own, other] = [handler, handlerOf((config) => config)];
    const manager = { forEach: (visit: (each: unknown) => void) => visit(other) };

    keepLast(manager, { handler: own, alone });

    expect(visited(manager)).toEqual([own, other, own]);
  });

  it('gives a manager back the walk that it had', () => {
    const walk = (visit: (each: unknown) => void): void => visit(handler);
    const manager = { forEach: walk };

    const release = keepLast(manager, { handler, alone });
    const during = manager.forEach;
    release();
    release();

    expect(during).not.toBe(walk);
    expect(manager.forEach).toBe(walk);
  });

  it('leaves the walk that somebody else has put into its place since', () => {
    const { request } = axios.create().interceptors;
    const release = keepLast(request, { handler, alone });
    const later = (): void => undefined;
    Reflect.set(request, 'forEach', later);

    release();

    expect(Reflect.get(request, 'forEach')).toBe(later);
  });

  it('is one of several, of which each can be taken away', () => {
    const { request } = axios.create().interceptors;
    const own = Reflect.get(request, 'forEach') as unknown;
    const other = handlerOf((config) => config);

    const releases = [handler, other].map((each) => keepLast(request, { handler: each, alone }));
    const both = visited(request);
    for (const release of releases) release();

    expect(both).toEqual([other, handler, handler, other]);
    expect(Reflect.get(request, 'forEach')).toBe(own);
  });
});
