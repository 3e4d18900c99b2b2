import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ClientCredentialsModule, getTokenClientToken } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';

const AS_WITH_AXIOS = 'as with authorizeAxios';

/** This library in Nest: the injected `TokenClient`. */
export const contender = {
  name: 'nestjs-client-credentials, TokenClient',
  package: 'nestjs-client-credentials',
  floor: 'plain-http-service',
  lacks: { renewing: AS_WITH_AXIOS, many: AS_WITH_AXIOS, sharedStore: AS_WITH_AXIOS },
  async connect({ tokenUrl, clientId, clientSecret, axiosDefaults }) {
    const application = await NestFactory.createApplicationContext(
      ClientCredentialsModule.forRoot({
        providers: { bench: { tokenUrl, clientId, clientSecret, api: axiosDefaults } },
      }),
      { logger: false },
    );
    const client = application.get(getTokenClientToken('bench'));
    return {
      axios: client.axiosRef,
      get: (path) => firstValueFrom(client.get(path)),
      getToken: () => client.getToken(),
      close: () => application.close(),
    };
  },
};
