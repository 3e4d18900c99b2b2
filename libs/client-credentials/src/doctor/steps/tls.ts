import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { ProviderConfig } from '../../config/options.js';
import { adviceOnNoResponse } from '../../oauth/advice.js';
import { codeOf } from '../environment.js';
import type { Route } from '../route.js';
import { stepOf, type Step } from '../step.js';
import { eventOf, hostnameOf, type Target } from './host.js';

const DAY_MS = 86_400_000;
// Renewals of certificates by ACME are due 30 days before the end, so that two weeks mean a renewal that failed.
const WARNING_DAYS = 14;
const AN_AUTHORITY_CERTIFICATE = 'certificate.ca';

/** Makes a TLS connection over an open socket as the token request would, and reads the server's certificate. */
export async function examineTls(
  { url, option, timeoutMs }: Target,
  route: Route,
  { socket, config }: { readonly socket: Socket | undefined; readonly config: ProviderConfig },
): Promise<Step> {
  if (route.kind === 'indirect' || socket === undefined)
    return stepOf(
      'TLS',
      'ok',
      'goes the same way: the token request shows whether the certificate is trusted',
    );
  const host = hostnameOf(url);
  const { rejectUnauthorized, ...options } = route.options;
  const secured = connect({
    ...Object(options),
    socket,
    host,
    ...(isIP(host) === 0 && options['servername'] === undefined && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    // The certificate is judged below, where its dates and names are known.
    rejectUnauthorized: false,
  });
  try {
    await eventOf(secured, 'secureConnect', timeoutMs);
  } catch (error) {
    const code = codeOf(error);
    const advice = adviceOnNoResponse({ code }, option);
    return stepOf('TLS', 'failed', `no TLS connection to ${url.host} (${code}). ${advice}`, { code });
  }
  const isChecked =
    rejectUnauthorized === undefined
      ? process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0'
      : rejectUnauthorized !== false;
  const step = judged(secured, { url, option, isChecked, hasCertificate: config.certificate !== undefined });
  secured.destroy();
  return step;
}

interface Judged extends Pick<Target, 'url' | 'option'> {
  /** Whether a certificate that is not trusted ends the connection. */
  readonly isChecked: boolean;
  /** Whether the client has a certificate of its own. */
  readonly hasCertificate: boolean;
}

function judged(socket: TLSSocket, given: Judged): Step {
  const certificate = socket.getPeerCertificate();
  const endsAt = Date.parse(certificate.valid_to);
  const ends = Number.isFinite(endsAt) ? new Date(endsAt).toISOString().slice(0, 10) : 'an unknown day';
  const details = { protocol: socket.getProtocol(), certificateEndsAt: certificate.valid_to };
  // Node gives a code, or for a wrong host an error.
  const problem: unknown = socket.authorizationError;
  if (!socket.authorized && problem !== null && problem !== undefined) {
    const code = typeof problem === 'string' ? problem : codeOf(problem);
    const failed = { ...details, code };
    if (!given.isChecked) {
      const message = `the certificate of ${given.url.host} is not trusted (${code}), and not checked either: rejectUnauthorized is false, or NODE_TLS_REJECT_UNAUTHORIZED is 0. Name its authority in the ca of tokenRequest.axios.httpsAgent instead.`;
      return stepOf('TLS', 'warning', message, failed);
    }
    return stepOf('TLS', 'failed', reasonOf(code, certificate, { ...given, ends }), failed);
  }
  const days = Math.floor((endsAt - Date.now()) / DAY_MS);
  if (days < WARNING_DAYS) {
    const message = `the certificate of ${given.url.host} ends in ${days} day${days === 1 ? '' : 's'}, on ${ends}. Ask its operator to renew it.`;
    return stepOf('TLS', 'warning', message, details);
  }
  return stepOf('TLS', 'ok', `${details.protocol ?? 'TLS'}, certificate until ${ends}`, details);
}

function reasonOf(
  code: string,
  certificate: PeerCertificate,
  { url, option, ends, hasCertificate }: Judged & { readonly ends: string },
): string {
  const { host } = url;
  if (code === 'CERT_HAS_EXPIRED')
    return `the certificate of ${host} expired on ${ends} (${code}). Ask its operator to renew it; neither tokenRequest.axios.httpsAgent nor NODE_EXTRA_CA_CERTS helps. If the day is still to come, set the clock of this machine.`;
  if (code === 'CERT_NOT_YET_VALID')
    return `the certificate of ${host} is not valid yet (${code}). Set the clock of this machine; if it is right, ask the server’s operator.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (certificate.subjectaltname ?? 'no name').slice(0, 200);
    return `the certificate of ${host} is for another host: ${names} (${code}). Check the host in ${option}.`;
  }
  const issuer = [certificate.issuer?.O, certificate.issuer?.CN].find((name) => name !== undefined);
  const by = issuer === undefined ? '' : `, issued by ${[issuer].flat().join(' ').slice(0, 100)}`;
  const more = hasCertificate ? `, or in ${AN_AUTHORITY_CERTIFICATE}` : '';
  return `the certificate of ${host}${by}, is not trusted (${code}). Name the authority in NODE_EXTRA_CA_CERTS, or in the ca of tokenRequest.axios.httpsAgent${more}.`;
}
