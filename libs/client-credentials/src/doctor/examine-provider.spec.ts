import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { examineProvider } from './examine-provider.js';
import type { Step } from './step.js';

let server: AuthorizationServer;

beforeEach(async () => {
  server = await startAuthorizationServer();
});

afterEach(() => server.close());

/** The steps of a provider with these options beside those of the server. */
async function steps(more: object, tenant?: string): Promise<Step[]> {
  const read = (): unknown => ({ ...server.providerConfig, ...more });
  const examined: Step[] = [];
  const options = { tenant, call: undefined, timeoutMs: undefined };
  for await (const step of examineProvider({ name: 'desk', read, hint: 'Write it so.' }, options))
    examined.push(step);
  return examined;
}

describe('the examination of a provider', () => {
  it('ends with wrong options, and says where they are written', async () => {
    expect(await steps({ scop: 'a' })).toEqual([
      expect.objectContaining({
        step: 'configuration',
        status: 'failed',
        message: expect.stringMatching(/scop.*\. Write it so\.$/),
        details: { code: 'invalid_configuration' },
      }),
    ]);
  });

  it('shows what the function of tenants throws', async () => {
    const tenants = (): never => {
      throw new RangeError('of my own');
    };

    const [step, ...more] = await steps({ clientSecret: undefined, tenants }, 'acme');

    expect(step).toMatchObject({ status: 'failed', details: { code: 'tenant_unavailable' } });
    expect(step?.message).toContain('RangeError: of my own');
    expect(more).toEqual([]);
  });

  it('says that a function authenticates, and that requests carry a proof', async () => {
    const clientAuthentication = ({ parameters }: { parameters: Record<string, string> }): void => {
      parameters['client_id'] = 'desk';
    };

    const [step] = await steps({ clientAuthentication, clientSecret: undefined, dpop: true });

    expect(step?.message).toBe('client authentication by a function as clientAuthentication, DPoP');
  });

  it('shows a token request whose own function fails before anything is sent', async () => {
    const clientSecret = (): never => {
      throw new RangeError('no vault');
    };

    const examined = await steps({ clientSecret });

    expect(examined.map(({ step, status }) => `${step} ${status}`)).toEqual([
      'configuration ok',
      'host ok',
      'token failed',
    ]);
    expect(server.tokenRequests).toHaveLength(0);
  });
});
