import { randomBytes } from 'node:crypto';
import { RecentMap } from '../recent-map.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, CallCounts, ReceivedRequest } from './loopback-server.js';
import { SANDBOX_MEMORY } from './sandbox-provider.js';

/** An S3 bucket that accepts uploads to presigned URLs. */
export interface PresignedUploads {
  /** Returns a URL for the upload of one object without other credentials. */
  presign(key: string): string;
  /** Whether the object was uploaded. */
  has(key: string): boolean;
  close(): Promise<void>;
}

/** Starts the bucket. Like S3, it rejects a presigned request with an `Authorization` header. */
export async function startPresignedUploads(counts: CallCounts): Promise<PresignedUploads> {
  const signatureByKey = new RecentMap<string>(SANDBOX_MEMORY);
  const uploaded = new RecentMap<boolean>(SANDBOX_MEMORY);

  function put({ pathValues, query, headers }: ReceivedRequest): Answer {
    if (headers.authorization !== undefined) {
      return refuse(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    const key = pathValues['key'] ?? '';
    const signature = signatureByKey.get(key);
    const isSigned = signature !== undefined && query.get('X-Amz-Signature') === signature;
    // The content type is one of the signed headers.
    if (!isSigned || headers['content-type'] !== 'application/octet-stream') {
      return refuse(403, 'SignatureDoesNotMatch', 'The signature does not match the request');
    }
    uploaded.set(key, true);
    return { status: 200 };
  }

  const server = await LoopbackServer.start({ counts, routes: { 'PUT /uploads/{key}': put } });
  return {
    presign(key) {
      const signature = randomBytes(32).toString('hex');
      signatureByKey.set(key, signature);
      const query = new URLSearchParams({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Expires': '900',
        'X-Amz-SignedHeaders': 'content-type;host',
        'X-Amz-Signature': signature,
      });
      return `${server.origin}/uploads/${key}?${query.toString()}`;
    },
    has: (key) => uploaded.get(key) === true,
    close: () => server.close(),
  };
}

function refuse(status: number, code: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body };
}
