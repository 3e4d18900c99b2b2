import { describe, expect, it } from '@jest/globals';
import { adviceOnNoResponse } from './advice.js';

describe('the advice where no response came', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'check certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'check certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no TLS'],
    ['ECONNREFUSED', 'Check tokenUrl, the proxy'],
  ])('for %s says what to look at', (code, says) => {
    expect(adviceOnNoResponse({ code })).toContain(says);
  });
});
