import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { authorizeFetch, TokenManager, type TokenSource } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { z } from 'zod';
import { listen } from '../support/listen.js';

/** A request to the tool server: its method, the status of the answer, and the number of its token. */
type Judged = [method: string, status: number, token: number];

interface ToolDesk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly source: TokenSource;
  readonly url: URL;
  readonly requests: Judged[];
}

/** An MCP server that takes no request without a token of the authorization server. */
async function openToolDesk({ isJson = false } = {}): Promise<ToolDesk> {
  const server = await startAuthorizationServer();
  const requests: Judged[] = [];
  const mcp = new McpServer({ name: 'tools', version: '1.0.0' });
  mcp.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
  }));
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: isJson,
  });
  await mcp.connect(transport);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = request.headers.authorization?.replace('Bearer ', '');
    const index = server.issued.findIndex(({ value }) => value === token);
    const isGood = server.issued[index]?.revoked === false;
    requests.push([request.method ?? '', isGood ? 200 : 401, index]);
    if (isGood) {
      await transport.handleRequest(request, response);
    } else {
      request.resume();
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
    }
  };
  const { url, close } = await listen((request, response) => void serve(request, response));
  const desk = { ...server.providerConfig, api: { baseURL: url }, tokenRequest: { attempts: 1 } };
  const tokens = new TokenManager({ providers: { desk } });
  return {
    server,
    source: tokens.source('desk'),
    url: new URL('/mcp', url),
    requests,
    async [Symbol.asyncDispose]() {
      await mcp.close();
      await close();
      await tokens.close();
      await server.close();
    },
  };
}

async function connect(desk: ToolDesk): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: 'caller', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(desk.url, { fetch: authorizeFetch(desk.source) });
  await client.connect(transport);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

describe.each([
  ['streams', { isJson: false }],
  ['JSON', { isJson: true }],
])('the MCP client over an authorized fetch, where the server answers with %s', (_, options) => {
  it('lists the tools and calls one, with one token', async () => {
    await using desk = await openToolDesk(options);
    await using client = await connect(desk);

    const { tools } = await client.listTools();
    const { content } = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });

    expect(tools.map(({ name }) => name)).toEqual(['add']);
    expect(content).toEqual([{ type: 'text', text: '3' }]);
    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.requests.filter(([method]) => method === 'POST')).toEqual(
      Array.from({ length: 4 }, () => ['POST', 200, 0]),
    );
  });

  it('calls a tool again after its token was revoked, in the same session', async () => {
    await using desk = await openToolDesk(options);
    await using client = await connect(desk);
    await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
    desk.server.revoke();

    const { content } = await client.callTool({ name: 'add', arguments: { a: 3, b: 4 } });

    expect(content).toEqual([{ type: 'text', text: '7' }]);
    expect(desk.requests.filter(([method]) => method === 'POST').slice(-2)).toEqual([
      ['POST', 401, 0],
      ['POST', 200, 1],
    ]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('tells its caller why there is no token', async () => {
    await using desk = await openToolDesk(options);
    await using client = await connect(desk);
    desk.server.revoke();
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });
    await client.listTools().catch(() => undefined);

    const call = client.listTools();

    await expect(call).rejects.toMatchObject({ code: 'token_request_rejected' });
  });
});
