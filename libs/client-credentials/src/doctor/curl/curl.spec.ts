import { describe, expect, it } from '@jest/globals';
import { curlOf } from './curl.js';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const BASE = { tokenUrl: 'https://id.example.com/token', clientId: 'desk' };

function printed(config: object, tenant?: string): string {
  return curlOf({ name: 'each', config: { ...BASE, ...config }, tenant });
}

describe('the curl command', () => {
  it('names the files of a client certificate', () => {
    const certificate = { cert: 'desk.pem', key: 'desk.key', ca: ['authority.pem'] };

    const text = printed({ certificate, clientAuthentication: 'tls_client_auth' });

    expect(text).toContain('--cert desk.pem');
    expect(text).toContain('--key desk.key');
    expect(text).toContain('--cacert authority.pem');
    expect(text).toContain('--data-urlencode client_id=desk');
    expect(text).not.toContain('--pass');
  });

  it('has variables for a certificate that is given as text, or by a function', () => {
    const certificate = { cert: PEM, key: PEM, ca: PEM, passphrase: 'hidden-passphrase' };

    const text = printed({ certificate, clientAuthentication: 'self_signed_tls_client_auth' });
    const ofFunction = printed({
      certificate: () => certificate,
      clientAuthentication: 'self_signed_tls_client_auth',
    });

    expect(text).toContain('--cert "$CLIENT_CERTIFICATE_FILE"');
    expect(text).toContain('--key "$CLIENT_KEY_FILE"');
    expect(text).toContain('--cacert "$CA_FILE"');
    expect(text).toContain('--pass "$PASSPHRASE"');
    expect(text).not.toMatch(/MIIB|hidden/);
    expect(ofFunction).toContain('--cert "$CLIENT_CERTIFICATE_FILE"');
    expect(ofFunction).not.toContain('--cacert');
  });

  it('has a variable for each parameter in the query of the token endpoint', () => {
    const text = printed({ tokenUrl: 'https://id.example.com/token?api-key=hidden', clientSecret: 's' });

    expect(text).toContain('token?api-key=$QUERY_API_KEY');
    expect(text).not.toContain('hidden');
  });

  it('shows the headers that are public', () => {
    const headers = { 'user-agent': 'desk/1', 'x-key': 'hidden' };

    const text = printed({ clientSecret: 's', dialect: { headers } });

    expect(text).toContain("--header 'user-agent: desk/1'");
    expect(text).toContain('"x-key: $HEADER_X_KEY"');
  });

  it('names the tenant, the audience and the resource', () => {
    const text = printed(
      { clientSecret: 's', audience: 'billing', resource: 'https://api.example.com' },
      'acme',
    );

    expect(text).toMatch(/^# each, tenant "acme"$/m);
    expect(text).toContain('--data-urlencode audience=billing');
    expect(text).toContain('--data-urlencode resource=https://api.example.com');
  });

  it('says that a function authenticates, and adds nothing of it', () => {
    const text = printed({
      clientAuthentication: () => {
        throw new Error('called');
      },
    });

    expect(text).toContain('# clientAuthentication is a function: what it adds is not shown.');
    expect(text).not.toContain('client_id');
  });

  it('sends a public client’s id alone', () => {
    const text = printed({ clientAuthentication: 'none' });

    expect(text).toContain('--data-urlencode client_id=desk');
    expect(text).not.toContain('$');
  });

  it('says that id and secret are encoded, where that makes a difference', () => {
    const remark = 'form-encode CLIENT_SECRET too';

    expect(printed({ clientSecret: 'plain' })).not.toContain(remark);
    expect(printed({ clientSecret: ['plain', 'a+b'] })).toContain(remark);
    expect(printed({ clientId: 'a desk', clientSecret: () => 'a+b' })).toContain(remark);
    expect(printed({ clientSecret: () => 'a+b' })).not.toContain(remark);
  });

  it('has all parameters in the query of a POST', () => {
    const text = printed({ clientSecret: 's', dialect: { requestEncoding: 'query' } });

    expect(text).toContain('curl --get --request POST https://id.example.com/token');
  });

  it('of a request without parameters has an empty form', () => {
    const text = printed({
      clientSecret: 's',
      clientAuthentication: 'client_secret_basic',
      dialect: { grantType: null },
    });

    expect(text).toContain("--data ''");
  });
});
