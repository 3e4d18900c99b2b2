import type { RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startConnectProxy } from './support/connect-proxy.js';
import { CertificateAuthority, type Identity } from './support/certificate-authority.js';
import { DESK, Doctor, grant, type Outcome } from './support/doctor.js';
import { listen } from './support/listen.js';

let doctor: Doctor;
let authority: CertificateAuthority;
let authorityFile: string;

beforeAll(async () => {
  doctor = await Doctor.start();
  authority = await CertificateAuthority.found();
  authorityFile = await doctor.write('authority.pem', authority.cert);
});

afterAll(async () => {
  await doctor[Symbol.asyncDispose]();
});

describe('the certificate of a server', () => {
  /** Runs the command against a server with this certificate. */
  async function examineTls(identity: Identity, env: Record<string, string> = {}): Promise<Outcome> {
    let requests = 0;
    const handler: RequestListener = (request, response) => {
      requests += 1;
      grant(request, response);
    };
    const server = await listen(handler, { cert: identity.cert, key: identity.key });
    const outcome = await doctor.examine(`${server.url}/token`, [], { env });
    await server.close();
    expect(requests).toBe(outcome.firstFailure === '' ? 1 : 0);
    return outcome;
  }

  it('that is good for long is well', async () => {
    const outcome = await examineTls(await authority.issueServer({ days: 90 }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.steps).toEqual(['✓ configuration', '✓ host', '✓ TLS', '✓ token', '✓ clock']);
  });

  it('that ends within two weeks is a warning', async () => {
    const outcome = await examineTls(await authority.issueServer({ days: 5 }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/^⚠ TLS .*ends in 4 days/m);
  });

  it('that is not trusted names the places of an authority', async () => {
    const outcome = await examineTls(await authority.issueServer());

    expect(outcome.code).toBe(1);
    expect(outcome.firstFailure).toMatch(
      /✗ TLS .*not trusted.*NODE_EXTRA_CA_CERTS.*tokenRequest\.axios\.httpsAgent/,
    );
  });

  it('that has expired names its renewal', async () => {
    const outcome = await examineTls(await authority.issueServer({ days: -2 }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.firstFailure).toMatch(/✗ TLS .*expired on \d{4}-\d\d-\d\d.*renew/);
  });

  it('for another host names the option', async () => {
    const outcome = await examineTls(await authority.issueServer({ host: 'other.example' }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.firstFailure).toMatch(/✗ TLS .*other\.example.*Check the host in tokenUrl/);
  });

  it('that is for a while to come names the clock', async () => {
    const outcome = await examineTls(await authority.issueServer({ startsInDays: 1, days: 90 }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.firstFailure).toMatch(/✗ TLS .*not valid yet \(CERT_NOT_YET_VALID\)\. Set the clock/);
  });

  it('that ends tomorrow has one day left', async () => {
    const outcome = await examineTls(await authority.issueServer({ days: 1.5 }), {
      NODE_EXTRA_CA_CERTS: authorityFile,
    });

    expect(outcome.stdout).toMatch(/^⚠ TLS .*ends in 1 day, on \d{4}-\d\d-\d\d\./m);
  });

  it('that nobody checks is a warning', async () => {
    const identity = await authority.issueServer();
    const ofVariable = await examineTls(identity, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    const server = await listen(grant, { cert: identity.cert, key: identity.key });
    const provider = { tokenUrl: `${server.url}/token`, clientId: DESK.id, clientSecret: DESK.secret };
    const file = await doctor.write(
      'unchecked.mjs',
      `import { Agent } from 'node:https';
       const httpsAgent = new Agent({ rejectUnauthorized: false });
       export default { providers: { desk: { ...${JSON.stringify(provider)}, tokenRequest: { axios: { httpsAgent } } } } };`,
    );

    const ofAgent = await doctor.run(['doctor', '--config', file]);

    await server.close();
    for (const outcome of [ofVariable, ofAgent]) {
      expect(outcome.code).toBe(0);
      expect(outcome.stdout).toMatch(/^⚠ TLS .*not trusted .*and not checked either: rejectUnauthorized/m);
    }
  });

  it('that is not there, because the server speaks no TLS, is a failure of the step', async () => {
    const server = await listen(grant);

    const outcome = await doctor.examine(`${server.url.replace('http:', 'https:')}/token`);

    await server.close();
    expect(outcome.steps).toEqual(['✓ configuration', '✓ host', '✗ TLS']);
    expect(outcome.firstFailure).toMatch(/no TLS connection to 127\.0\.0\.1:\d+ \(\w+\)\. /);
  });

  it('that is not trusted names the authority of the client certificate too', async () => {
    const [identity, client] = [await authority.issueServer(), await authority.issueClient('CN=desk')];
    const server = await listen(grant, { cert: identity.cert, key: identity.key });
    const provider = {
      tokenUrl: `${server.url}/token`,
      clientId: DESK.id,
      certificate: { cert: client.cert, key: client.key },
    };
    const file = await doctor.write('no-authority.json', JSON.stringify({ providers: { desk: provider } }));

    const outcome = await doctor.run(['doctor', '--config', file]);

    await server.close();
    expect(outcome.firstFailure).toMatch(
      /issued by Test Authority, is not trusted .*or in certificate\.ca\./,
    );
  });

  it('is judged by the agent of the options, and the client’s own is presented', async () => {
    const [identity, client] = [await authority.issueServer(), await authority.issueClient('CN=desk')];
    const subjects: unknown[] = [];
    const tls = { ...identity, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const server = await listen((request, response) => {
      subjects.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
      grant(request, response);
    }, tls);
    const certificate = { cert: client.cert, key: client.key, ca: authority.cert };
    const providers = {
      mutual: { tokenUrl: `${server.url}/token`, clientId: DESK.id, certificate },
      agent: { tokenUrl: `${server.url}/token`, clientId: DESK.id, clientSecret: DESK.secret },
    };
    const file = await doctor.write(
      'mutual.mjs',
      `import { Agent } from 'node:https';
       const { mutual, agent } = ${JSON.stringify(providers)};
       const httpsAgent = new Agent(mutual.certificate);
       export default { providers: { mutual, agent: { ...agent, tokenRequest: { axios: { httpsAgent } } } } };`,
    );

    const outcome = await doctor.run(['doctor', '--config', file]);

    await server.close();
    expect(outcome.firstFailure).toBe('');
    expect(subjects).toEqual(['desk', 'desk']);
  });
});

describe('a proxy', () => {
  it('is left to the token request, which goes through it', async () => {
    await using proxy = await startConnectProxy();
    const identity = await authority.issueServer({ days: 90 });
    const server = await listen(grant, { cert: identity.cert, key: identity.key });

    const outcome = await doctor.examine(`${server.url}/token`, [], {
      env: { NODE_EXTRA_CA_CERTS: authorityFile, HTTPS_PROXY: proxy.url },
    });

    await server.close();
    expect(outcome.steps).toEqual(['✓ configuration', '✓ host', '✓ TLS', '✓ token', '✓ clock']);
    expect(outcome.stdout).toMatch(/^✓ host .*through the proxy of the variable HTTPS_PROXY/m);
    expect(proxy.asked).toEqual([`CONNECT ${new URL(server.url).host}`]);
  });
});

describe('the certificate of a client', () => {
  it('that cannot be read is a wrong option', async () => {
    const certificate = { cert: 'missing.pem', key: 'missing.key' };
    const provider = { tokenUrl: 'https://id.example.com/token', clientId: DESK.id, certificate };
    const file = await doctor.write('no-file.json', JSON.stringify({ providers: { desk: provider } }));

    const outcome = await doctor.run(['doctor', '--config', file]);

    expect(outcome.code).toBe(1);
    expect(outcome.steps).toEqual(['✗ configuration']);
    expect(outcome.firstFailure).toMatch(/certificate .*ENOENT/);
  });
});

describe('the host', () => {
  it('is shown with the address that its name stands for', async () => {
    const server = await listen(grant);

    const outcome = await doctor.examine(`${server.url.replace('127.0.0.1', 'localhost')}/token`);

    await server.close();
    expect(outcome.stdout).toMatch(/^✓ host +localhost:\d+ \(127\.0\.0\.1\) answers, \d+ ms$/m);
  });
});

describe('the output of all these runs', () => {
  it('shows no secret and no token, in any encoding', () => {
    expect(doctor.outputs.length).toBeGreaterThan(0);
    expect(doctor.shown([DESK.secret, DESK.token])).toEqual([]);
  });
});
