// What goes over the wire in one case of test/providers/, as Markdown with placeholders for what is secret.
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const FORM = 'application/x-www-form-urlencoded';

/** The grant of a token request, as Markdown. */
export function grantOf({ request }) {
  const grant = parametersOf(request).grant_type;
  if (grant === JWT_BEARER) return 'JWT bearer';
  return grant === undefined ? 'none is named' : `\`${grant}\``;
}

/** How the client authenticates itself in a token request, as Markdown. */
export function methodOf({ request }) {
  const parameters = parametersOf(request);
  if (parameters.assertion !== undefined) return 'signature of the JWT';
  if (request.headers?.authorization !== undefined) return '`client_secret_basic`';
  if (parameters.client_assertion !== undefined) return '`private_key_jwt`';
  return parameters.client_secret === undefined ? '`tls_client_auth`' : '`client_secret_post`';
}

/**
 * The request, its answer, a call and a refusal.
 *
 * @param secret - the client secret of the cases, which is not shown
 */
export function caseText(provider, secret) {
  const { request, answer, lifetimeSeconds, call, error } = provider;
  const parts = [fence('http', requestText(request))];
  if (methodOf(provider) === '`tls_client_auth`') parts.push('The TLS handshake has the client certificate.');
  if (request.assertion !== undefined) {
    const { header, claims, lifetimeSeconds: seconds } = request.assertion;
    parts.push(
      `\`{jwt}\` has this header and these claims, and \`iat\`, \`jti\` and \`exp\` (${seconds} seconds later):`,
      fence('text', `header ${json(header)}\nclaims ${json(claims)}`),
    );
  }
  const source = error.isStandard ? ' (in the words of RFC 6749 §5.2)' : '';
  parts.push(
    `Answered with a token, or refused${source}:`,
    fence('text', `200 ${json(answer)}\n${error.status} ${json(error.body)}`),
    `The library takes the token to live for ${lifetimeSeconds} seconds. ${callText(call)}`,
  );
  return withPlaceholders(`${parts.join('\n\n')}\n`, secret);
}

function parametersOf({ body, headers }) {
  return isJson(headers) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
}

function isJson(headers) {
  return headers?.['content-type'] === 'application/json';
}

function requestText({ url, headers, body }) {
  const all = { accept: 'application/json', 'content-type': FORM, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const text = isJson(headers) ? JSON.stringify(JSON.parse(body), null, 2) : body.replaceAll('&', '\n&');
  return [`POST ${url}`, ...lines, '', text].join('\n');
}

function callText({ url, headers }) {
  const list = Object.entries(headers).map(([name, value]) => `\`${name}: ${value}\``);
  return `A call of \`${url}\` then has ${new Intl.ListFormat('en').format(list)}.`;
}

/** JSON on one line, with blanks. */
function json(value) {
  return JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
}

function fence(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function withPlaceholders(text, secret) {
  return text
    .replaceAll(/Basic [\w+/]+=*/g, 'Basic base64({id}:{secret})')
    .replaceAll(encodeURIComponent(secret), '{secret}')
    .replaceAll(secret, '{secret}')
    .replaceAll(/client_assertion=ey[\w.-]+/g, 'client_assertion={jwt}')
    .replaceAll('an-id', '{id}')
    .replaceAll('the-token', '{token}');
}
