import { execFile } from 'node:child_process';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TokenManager } from 'nestjs-client-credentials/core';
import { compileLibrary } from './support/compiled-library.js';
import { openDesk } from './support/the-desk.js';

const NAME = 'nestjs-client-credentials:event';

describe('the diagnostics channel', () => {
  let subscriber: ((message: unknown) => void) | undefined;

  function subscribeWith(told: (message: unknown) => void): void {
    subscriber = told;
    subscribe(NAME, told);
  }

  afterEach(() => {
    if (subscriber !== undefined) unsubscribe(NAME, subscriber);
  });

  it('tells each event, the same object that listeners get', async () => {
    const told: unknown[] = [];
    subscribeWith((message) => void told.push(message));
    await using desk = await openDesk();

    await desk.source.getToken();
    await desk.source.invalidate(desk.server.issued[0]?.value ?? '');

    expect(told).toHaveLength(2);
    for (const [index, event] of desk.events.entries()) expect(told[index]).toBe(event);
  });

  it('tells the events of a manager without listeners', async () => {
    const told: unknown[] = [];
    subscribeWith((message) => void told.push(message));
    await using desk = await openDesk();
    const tokens = new TokenManager({ providers: { other: desk.server.providerConfig } });

    await tokens.source('other').getToken();
    await tokens.close();

    expect(told).toEqual([expect.objectContaining({ type: 'token.acquired', provider: 'other' })]);
  });

  it('has no subscribers of its own', async () => {
    await using desk = await openDesk();

    await desk.source.getToken();

    expect(desk.events).toHaveLength(1);
    expect(channel(NAME).hasSubscribers).toBe(false);
  });

  it('tells nothing after the subscriber left', async () => {
    const told: unknown[] = [];
    const count = (message: unknown): void => void told.push(message);
    await using desk = await openDesk();
    subscribe(NAME, count);
    await desk.source.getToken();

    unsubscribe(NAME, count);
    await desk.source.getToken({ forceRefresh: true });

    expect(told).toHaveLength(1);
  });

  it('keeps an error of a subscriber from calls: Node reports it as uncaught', async () => {
    await using library = await compileLibrary('diagnostics-channel');
    await using desk = await openDesk();
    const program = `
      import { subscribe } from 'node:diagnostics_channel';
      import { TokenManager } from '${pathToFileURL(library.directory).href}/core/index.js';
      process.on('uncaughtException', ({ message }) => console.log('uncaught:', message));
      subscribe('${NAME}', ({ type }) => { throw new Error(type); });
      const tokens = new TokenManager({ providers: { desk: ${JSON.stringify(desk.server.providerConfig)} } });
      const { type } = await tokens.source('desk').getToken();
      console.log('token:', type);
      await tokens.close();`;

    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      program,
    ]);

    expect(stdout.trim().split('\n').toSorted()).toEqual(['token: Bearer', 'uncaught: token.acquired']);
  });
});
