import { adobe } from '../providers/adobe.js';
import { amazonSellingPartner } from '../providers/amazon-selling-partner.js';
import { auth0 } from '../providers/auth0.js';
import { cognito } from '../providers/cognito.js';
import { docusign } from '../providers/docusign.js';
import { dynatrace } from '../providers/dynatrace.js';
import { ebay } from '../providers/ebay.js';
import { entraId } from '../providers/entra-id.js';
import { fedex } from '../providers/fedex.js';
import { fuuffy } from '../providers/fuuffy.js';
import { fyma } from '../providers/fyma.js';
import { genesysCloud } from '../providers/genesys-cloud.js';
import { googleServiceAccount } from '../providers/google-service-account.js';
import { keycloak } from '../providers/keycloak.js';
import { netsuite } from '../providers/netsuite.js';
import { okta } from '../providers/okta.js';
import { paypal } from '../providers/paypal.js';
import { pingIdentity } from '../providers/ping-identity.js';
import { resistantDocuments } from '../providers/resistant-documents.js';
import { salesforce } from '../providers/salesforce.js';
import { sapXsuaa } from '../providers/sap-xsuaa.js';
import { serviceNow } from '../providers/service-now.js';
import { signeasy } from '../providers/signeasy.js';
import { smartDocumentor } from '../providers/smart-documentor.js';
import { spotify } from '../providers/spotify.js';
import { twitch } from '../providers/twitch.js';
import { ups } from '../providers/ups.js';
import { zoom } from '../providers/zoom.js';

/** The presets that `--preset` names. */
export const PRESETS: Readonly<Record<string, (options: never) => unknown>> = {
  adobe,
  amazonSellingPartner,
  auth0,
  cognito,
  docusign,
  dynatrace,
  ebay,
  entraId,
  fedex,
  fuuffy,
  fyma,
  genesysCloud,
  googleServiceAccount,
  keycloak,
  netsuite,
  okta,
  paypal,
  pingIdentity,
  resistantDocuments,
  salesforce,
  sapXsuaa,
  serviceNow,
  signeasy,
  smartDocumentor,
  spotify,
  twitch,
  ups,
  zoom,
};
