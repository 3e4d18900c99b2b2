import entryPoints from './scripts/entry-points.cjs';

const { ENTRY_POINTS, sourceOf } = entryPoints;

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints: ENTRY_POINTS.map(sourceOf),
  tsconfig: 'libs/client-credentials/tsconfig.lib.json',
  out: 'docs/api',
  disableSources: true,
  excludePrivate: true,
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Variable', 'Function', 'Method', 'Accessor'],
  intentionallyNotDocumented: [
    'index.AccessToken.toJSON',
    'index.AccessToken.toString',
    'index.ClientCredentialsError.[hasInstance]',
    'index.AuthorizableAxios.interceptors.__type.request.__type.use',
    'index.AuthorizableAxios.interceptors.__type.request.__type.eject',
  ],
  intentionallyNotExported: ['CLIENT_AUTHENTICATION_METHODS', 'STANDARD_PARAMETERS'],
  validation: {
    notExported: true,
    invalidLink: true,
    notDocumented: true,
  },
};
