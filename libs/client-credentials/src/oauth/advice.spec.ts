import { describe, expect, it } from '@jest/globals';
import { adviceOnNoResponse, isTlsProblem } from './advice.js';

describe('the advice where no response came', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'check certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'check certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'no TLS'],
    ['ECONNREFUSED', 'Check tokenUrl, the proxy'],
  ])('for %s says what to look at', (code, says) => {
    expect(adviceOnNoResponse({ code }, 'tokenUrl')).toContain(says);
  });

  it('names the issuer where that is what was asked', () => {
    const codes = ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ENOTFOUND'];
    for (const code of codes) expect(adviceOnNoResponse({ code }, 'issuer')).toContain('issuer');
  });
});

describe('a problem with TLS', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, true],
    ['CERT_HAS_EXPIRED', true, true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true, true],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', true, true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true, true],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, false],
    ['ECONNRESET', false, false],
    [undefined, false, false],
  ])('is known by its code: %s', (code, withoutCertificate, withCertificate) => {
    expect(isTlsProblem({ code }, false)).toBe(withoutCertificate);
    expect(isTlsProblem({ code }, true)).toBe(withCertificate);
  });
});
