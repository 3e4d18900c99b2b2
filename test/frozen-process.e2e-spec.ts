import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { compileLibrary, type CompiledLibrary } from './support/compiled-library.js';
import { requirePausing } from './support/programs.js';

const CALLER = join(import.meta.dirname, 'frozen', 'caller.mjs');
const TIMEOUT_MS = 1_000;
// A call that is due before the deadline of the acquisition is made before it, also where both are overdue after the thaw.
const DUE_MS = 500;
const FROZEN_MS = 1_500;

let library: CompiledLibrary;

beforeAll(async () => {
  library = await compileLibrary('frozen-process');
}, 120_000);

afterAll(async () => {
  await library[Symbol.asyncDispose]();
});

/** How a call for a token ended. */
interface Ended {
  readonly id: number | 'ready';
  readonly isSet?: boolean;
  readonly value?: string;
  readonly code?: string;
  readonly message?: string;
}

/** A process that can be frozen, and that asks for tokens. */
class Caller {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (told: Ended) => void>();
  #asked = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (told: Ended) => {
      if (told.id !== 'ready') this.#waiting.get(`${told.id} ${told.isSet === true}`)?.(told);
    });
  }

  static async start(server: AuthorizationServer, provider: Partial<ProviderConfig> = {}): Promise<Caller> {
    const settings = {
      library: library.directory,
      provider: { ...server.providerConfig, tokenRequest: { timeoutMs: TIMEOUT_MS }, ...provider },
    };
    const child = fork(CALLER, [JSON.stringify(settings)], { execArgv: [] });
    await once(child, 'message');
    return new Caller(child);
  }

  /** Has it ask for a token now. */
  async getToken(options?: object): Promise<Ended> {
    const { ended } = await this.plan(0, options);
    return ended;
  }

  /** Has it ask for a token after a while; answers once that is sure. */
  async plan(afterMs = DUE_MS, options?: object): Promise<{ ended: Promise<Ended> }> {
    this.#asked += 1;
    const id = this.#asked;
    const isSet = new Promise<Ended>((resolve) => this.#waiting.set(`${id} true`, resolve));
    const ended = new Promise<Ended>((resolve) => this.#waiting.set(`${id} false`, resolve));
    this.#child.send({ id, afterMs, options });
    await isSet;
    return { ended };
  }

  freeze(): void {
    requirePausing();
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

describe('a process that is frozen while a token is acquired', () => {
  it('has one by its first call after the thaw, although the deadline of the acquisition is over', async () => {
    await using server = await startAuthorizationServer();
    server.tokenEndpoint.answerNext(1, 'hang');
    await using caller = await Caller.start(server);
    const early = caller.getToken();
    await server.tokenEndpoint.received(1);

    const late = await caller.plan();
    caller.freeze();
    await sleep(FROZEN_MS);
    caller.thaw();
    const ended = await late.ended;
    await early;

    expect(ended.message).toBeUndefined();
    expect(ended.value).toBe(server.issued[0]?.value);
    expect(server.tokenRequests).toHaveLength(2);
  });

  it('has many calls after the thaw share the one acquisition that still can succeed', async () => {
    await using server = await startAuthorizationServer();
    server.tokenEndpoint.answerNext(1, 'hang');
    await using caller = await Caller.start(server);
    const early = caller.getToken();
    await server.tokenEndpoint.received(1);

    const late = await Promise.all(Array.from({ length: 10 }, () => caller.plan()));
    caller.freeze();
    await sleep(FROZEN_MS);
    caller.thaw();
    const ended = await Promise.all(late.map(({ ended: call }) => call));
    await early;

    expect(new Set(ended.map(({ value }) => value))).toEqual(new Set([server.issued[0]?.value]));
    expect(server.tokenRequests).toHaveLength(2);
  });

  it('has one by its first call after the thaw also where the connection broke meanwhile', async () => {
    await using server = await startAuthorizationServer();
    server.tokenEndpoint.hold();
    await using caller = await Caller.start(server, { tokenRequest: { timeoutMs: TIMEOUT_MS, attempts: 1 } });
    const early = caller.getToken();
    await server.tokenEndpoint.received(1);
    server.tokenEndpoint.answerNext(1, 'reset');

    const late = await caller.plan();
    caller.freeze();
    server.tokenEndpoint.release();
    await sleep(FROZEN_MS);
    caller.thaw();
    const ended = await late.ended;
    await early;

    expect(ended.message).toBeUndefined();
    expect(ended.value).toBe(server.issued.at(-1)?.value);
  });

  it('has a token renewed by its first call after the thaw, where a forced renewal was under way', async () => {
    await using server = await startAuthorizationServer();
    await using caller = await Caller.start(server);
    await caller.getToken();
    server.tokenEndpoint.answerNext(1, 'hang');
    const early = caller.getToken({ forceRefresh: true });
    await server.tokenEndpoint.received(2);

    const late = await caller.plan(DUE_MS, { forceRefresh: true });
    caller.freeze();
    await sleep(FROZEN_MS);
    caller.thaw();
    const ended = await late.ended;
    await early;

    expect(ended.message).toBeUndefined();
    expect(ended.value).toBe(server.issued[1]?.value);
  });
});
