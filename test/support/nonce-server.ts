import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { listen } from './listen.js';

/** A request with a proof: its nonce and algorithm, and what was answered. */
interface ProvenCall {
  readonly nonce: string | undefined;
  readonly algorithm: string | undefined;
  readonly status: number;
}

/** One side that demands nonces in proofs. */
class NonceKeeper {
  /** Every request, in the order of its answer. */
  readonly calls: ProvenCall[] = [];
  /** After so many accepted proofs the nonce changes; the one before it is still accepted. */
  rotatesAfter = Infinity;
  /** Whether a nonce is demanded at all. */
  isDemanding = true;
  #generation = 1;
  #accepted = 0;

  constructor(readonly name: string) {}

  get current(): string {
    return `${this.name}-${this.#generation}`;
  }

  /** Takes a proof, or demands a nonce. */
  judge(request: IncomingMessage): boolean {
    const proof = String(request.headers['dpop']);
    const nonce = decodeJwt(proof)['nonce'] as string | undefined;
    const algorithm = decodeProtectedHeader(proof).alg;
    const isGood =
      !this.isDemanding || nonce === this.current || nonce === `${this.name}-${this.#generation - 1}`;
    this.calls.push({ nonce, algorithm, status: isGood ? 200 : 401 });
    if (isGood) {
      this.#accepted += 1;
      if (this.#accepted % this.rotatesAfter === 0) this.#generation += 1;
    }
    return isGood;
  }

  /** Statuses that this side answered, and how often. */
  get tally(): Record<number, number> {
    const tally: Record<number, number> = {};
    for (const { status } of this.calls) tally[status] = (tally[status] ?? 0) + 1;
    return tally;
  }
}

/** A token endpoint and an API that bind tokens to keys and demand nonces, each its own. */
export interface NonceServer extends AsyncDisposable {
  readonly tokenUrl: string;
  readonly apiUrl: string;
  readonly endpoint: NonceKeeper;
  readonly api: NonceKeeper;
}

export async function startNonceServer(): Promise<NonceServer> {
  const [endpoint, api] = [new NonceKeeper('endpoint'), new NonceKeeper('api')];
  let issued = 0;
  const serveTokens = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await received(request);
    if (endpoint.judge(request)) {
      issued += 1;
      const body = { access_token: `token-${issued}`, token_type: 'DPoP', expires_in: 3600 };
      answer(response, 200, endpoint, body);
    } else {
      answer(response, 400, endpoint, { error: 'use_dpop_nonce' });
    }
  };
  const serveApi = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await received(request);
    const isGood = api.judge(request);
    if (!isGood) response.setHeader('www-authenticate', 'DPoP error="use_dpop_nonce"');
    answer(response, isGood ? 200 : 401, api, {});
  };
  const tokens = await listen((request, response) => void serveTokens(request, response));
  const resources = await listen((request, response) => void serveApi(request, response));
  return {
    tokenUrl: `${tokens.url}/token`,
    apiUrl: resources.url,
    endpoint,
    api,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await resources.close();
    },
  };
}

async function received(request: IncomingMessage): Promise<void> {
  for await (const _ of request) continue;
}

function answer(response: ServerResponse, status: number, keeper: NonceKeeper, body: object): void {
  const headers = keeper.isDemanding ? { 'dpop-nonce': keeper.current } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
