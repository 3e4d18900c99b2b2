import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { MAX_RESPONSE_BYTES, ResponseTooLarge } from './connection.js';
import { connectionOf } from './own-connection.js';

const JSON_ANSWER = JSON.stringify({ access_token: 'token', note: 'ü' });
const BOMB = gzipSync(Buffer.alloc(MAX_RESPONSE_BYTES * 4, ' '));

const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  'in one piece': (response) => response.end(JSON_ANSWER),
  'in pieces': (response) => {
    response.write(JSON_ANSWER.slice(0, 9));
    setImmediate(() => response.end(JSON_ANSWER.slice(9)));
  },
  'without a body': (response) => response.writeHead(204).end(),
  'with an error status': (response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end('{}'),
  'with several headers of a name': (response) =>
    response.setHeader('set-cookie', ['a=1', 'b=2']).end(JSON_ANSWER),
  'by gzip': (response) => encoded(response, 'gzip', gzipSync(JSON_ANSWER)),
  'by deflate': (response) => encoded(response, 'deflate', deflateSync(JSON_ANSWER)),
  'by br': (response) => encoded(response, 'br', brotliCompressSync(JSON_ANSWER)),
  'by no encoding that is one': (response) => encoded(response, 'identity', Buffer.from(JSON_ANSWER)),
  'by gzip, without a body': (response) => response.writeHead(401, { 'content-encoding': 'gzip' }).end(),
  'by gzip, with a body that is none': (response) => encoded(response, 'gzip', Buffer.from(JSON_ANSWER)),
  'that leads elsewhere': (response) => response.writeHead(302, { location: '/in-one-piece' }).end(),
  'that is too large': (response) => response.end(Buffer.alloc(MAX_RESPONSE_BYTES + 1, ' ')),
  'as large as may be': (response) => response.end(Buffer.alloc(MAX_RESPONSE_BYTES, ' ')),
  'that is too large when it is decoded': (response) => encoded(response, 'gzip', BOMB),
  'that breaks off': (response) => {
    response.writeHead(200, { 'content-length': 100 }).write(JSON_ANSWER);
    setImmediate(() => response.destroy());
  },
  'that breaks off while it is decoded': (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': BOMB.length });
    response.write(BOMB.subarray(0, 100));
    setImmediate(() => response.destroy());
  },
  'that never comes': (response) => response.destroy(),
};

let server: Server;
let base: string;
let lastRequest: { method?: string | undefined; headers: IncomingHttpHeaders; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers, url = '' } = request;
      lastRequest = { method, headers, body: String(Buffer.concat(chunks)) };
      response.setHeader('date', 'Thu, 01 Jan 2026 00:00:00 GMT');
      ANSWERS[decodeURIComponent(url.slice(1))]?.(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a connection to the authorization server', () => {
  it.each(Object.keys(ANSWERS))('brings the same answer with and without axios: one %s', async (name) => {
    const plain = await outcomeOf(connectionOf(), name);
    const withAxios = await outcomeOf(connectionOf({ maxRedirects: 5 }), name);

    expect(plain).toEqual(withAxios);
  });

  it('sends the same request with and without axios, but for the name of the client', async () => {
    const sent = [];
    for (const connection of [connectionOf(), connectionOf({ maxRedirects: 5 })]) {
      await outcomeOf(connection, 'in one piece');
      const { 'user-agent': client, 'accept-encoding': encodings, ...headers } = lastRequest.headers;
      expect([client, encodings]).toEqual([expect.any(String), expect.stringContaining('gzip')]);
      sent.push({ ...lastRequest, headers });
    }

    expect(sent[0]).toEqual(sent[1]);
    expect(sent[0]).toMatchObject({ method: 'POST', body: 'grant_type=client_credentials' });
  });

  it('names itself, unless the dialect does', async () => {
    const connection = connectionOf();
    const request = { url: `${base}in%20one%20piece`, method: 'GET', body: undefined } as const;
    const names = [];
    for (const headers of [{}, { 'user-agent': 'shop/1.0' }]) {
      await connection({ ...request, headers }, new AbortController().signal);
      names.push(lastRequest.headers['user-agent']);
    }

    expect(names).toEqual(['nestjs-client-credentials', 'shop/1.0']);
  });

  it('goes through a proxy that the environment names', async () => {
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = base;
    try {
      const request = { url: 'http://auth.test/token', method: 'POST', headers: {}, body: '' } as const;
      // The server takes the whole address for the name of an answer, and has none by that name.
      const asked = connectionOf()(request, AbortSignal.timeout(10_000)).catch(() => undefined);
      await once(server, 'request');
      server.closeAllConnections();
      await asked;
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    }

    expect(lastRequest.headers).toMatchObject({ host: 'auth.test' });
  });

  it('ends with the signal, also while the answer arrives', async () => {
    const controller = new AbortController();
    ANSWERS['that stops'] = (response) => {
      response.writeHead(200).write('{');
      controller.abort(new Error('enough'));
    };
    const request = { url: `${base}that%20stops`, method: 'GET', headers: {}, body: undefined } as const;

    await expect(connectionOf()(request, controller.signal)).rejects.toHaveProperty('name', 'AbortError');
    delete ANSWERS['that stops'];
  });
});

async function outcomeOf(connection: ReturnType<typeof connectionOf>, name: string): Promise<unknown> {
  const request = {
    url: base + encodeURIComponent(name),
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  } as const;
  try {
    const { status, headers, text } = await connection(request, new AbortController().signal);
    const { connection: _, 'keep-alive': __, 'content-encoding': ___, ...shown } = headers;
    return { status, headers: shown, text };
  } catch (error) {
    if (error instanceof ResponseTooLarge) return error.message;
    return 'fails';
  }
}

function encoded(response: ServerResponse, encoding: string, body: Buffer): void {
  response.writeHead(200, { 'content-encoding': encoding }).end(body);
}
