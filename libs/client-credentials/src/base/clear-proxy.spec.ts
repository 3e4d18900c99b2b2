import { Agent } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { isAgent, type RequestAgent } from './agent-stand-in.js';
import { guardedAgents, SentInClear, sendsInClear } from './clear-proxy.js';

describe('an axios that hands https requests to a proxy in the clear', () => {
  it.each([
    ['0.28.0', true],
    ['1.12.0', true],
    ['1.16.0', true],
    ['1.16.1', false],
    ['1.17.0', false],
    ['1.21.1', false],
    ['2.0.0', false],
  ])('is known by its version: %s', (VERSION, expected) => {
    expect(sendsInClear({ VERSION })).toBe(expected);
  });

  it('is not a mock without a version', () => {
    expect(sendsInClear({})).toBe(false);
    expect(sendsInClear(undefined)).toBe(false);
  });
});

describe('the agents of such an axios', () => {
  /** An agent that keeps what it gets. */
  function agentOf(): RequestAgent & { got: unknown[][]; isDestroyed: boolean } {
    const agent = {
      protocol: 'http:',
      defaultPort: 80,
      keepAlive: true,
      maxSockets: 7,
      got: [] as unknown[][],
      isDestroyed: false,
      addRequest: (...given: unknown[]) => void agent.got.push(given),
      destroy: () => void (agent.isDestroyed = true),
    };
    return agent;
  }

  it('refuse what a proxy would get in the clear, and hand on the rest', () => {
    const agent = agentOf();
    const guarded = guardedAgents({ httpsAgent: agent }).httpsAgent as RequestAgent;
    const request = { path: '/token', agent: guarded };

    expect(() => guarded.addRequest({ path: 'HTTPS://id.example.com/token' })).toThrow(SentInClear);
    guarded.addRequest(request, 'options');
    guarded.addRequest({ path: undefined });

    expect(agent.got).toEqual([[request, 'options'], [expect.objectContaining({ path: undefined })]]);
    expect(request.agent).toBe(agent);
  });

  it('are to Node what they were', () => {
    const agent = agentOf();
    const guarded = guardedAgents({ httpAgent: agent }).httpAgent as RequestAgent;
    const { protocol, defaultPort, keepAlive, maxSockets } = guarded;
    guarded.destroy?.();

    expect([protocol, defaultPort, keepAlive, maxSockets]).toEqual(['http:', 80, true, 7]);
    expect(agent.isDestroyed).toBe(true);
  });

  it('are Node’s own, where none is configured', () => {
    const { httpAgent, httpsAgent } = guardedAgents({});

    expect([httpAgent as RequestAgent, httpsAgent as RequestAgent].map(({ protocol }) => protocol)).toEqual([
      'http:',
      'https:',
    ]);
    expect([isAgent(httpAgent), httpAgent instanceof Agent]).toEqual([true, false]);
  });

  it('are guarded once, and left alone where they are none', () => {
    const once = guardedAgents({ httpAgent: agentOf(), httpsAgent: 'none' });

    expect(guardedAgents(once)).toEqual(once);
    expect(guardedAgents(once).httpAgent).toBe(once.httpAgent);
    expect(once.httpsAgent).toBe('none');
  });
});
