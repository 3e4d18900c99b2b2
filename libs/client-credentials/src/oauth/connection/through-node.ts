import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import { asObject } from '../../base/objects.js';
import type { TokenResponse } from '../response-body.js';
import { MAX_RESPONSE_BYTES, ResponseTooLarge, tokenResponse, type Connection } from './connection.js';

const ALWAYS = { 'user-agent': 'nestjs-client-credentials', 'accept-encoding': 'gzip, br' };
const DECODERS = new Map([
  ['gzip', promisify(unzip)],
  ['x-gzip', promisify(unzip)],
  ['deflate', promisify(unzip)],
  ['br', promisify(brotliDecompress)],
]);

/** Sends requests with Node's own modules, which are there already. Knows no proxies. */
export const throughNode: Connection = ({ url, method, headers, body }, signal, httpsAgent) =>
  new Promise((resolve, reject) => {
    const target = new URL(url);
    const isHttps = target.protocol === 'https:';
    const options: RequestOptions = {
      method,
      headers: { ...ALWAYS, ...headers },
      signal,
      ...(isHttps && httpsAgent !== undefined && { agent: httpsAgent }),
    };
    // By the module at the time of the call: mocks and instrumentations put their own function in there.
    const request = (isHttps ? https : http).request(target, options);
    request.on('error', reject);
    request.on('response', (response) => {
      read(response).then(resolve, reject);
    });
    request.end(body);
  });

async function read(response: IncomingMessage): Promise<TokenResponse> {
  const { statusCode = 0, headers } = response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_RESPONSE_BYTES) throw new ResponseTooLarge();
    chunks.push(chunk);
  }
  const body = await decoded(Buffer.concat(chunks), headers['content-encoding']);
  return tokenResponse(statusCode, headers, body);
}

async function decoded(body: Buffer, encoding = ''): Promise<Buffer> {
  const decode = DECODERS.get(encoding.trim().toLowerCase());
  if (decode === undefined || body.length === 0) return body;
  try {
    return await decode(body, { maxOutputLength: MAX_RESPONSE_BYTES });
  } catch (error) {
    throw asObject(error)['code'] === 'ERR_BUFFER_TOO_LARGE' ? new ResponseTooLarge() : error;
  }
}
