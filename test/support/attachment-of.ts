import { attachmentOf as attachmentOfSource } from '../../libs/client-credentials/src/http/source-attachment.js';
import type { Attachment } from '../../libs/client-credentials/src/token/attachment.js';
import type { TokenSource } from 'nestjs-client-credentials/core';

/** Internal seam between a token source and the HTTP clients, for tests of a 401 without a call. */
export function attachmentOf(source: TokenSource): Attachment {
  return attachmentOfSource(source);
}
