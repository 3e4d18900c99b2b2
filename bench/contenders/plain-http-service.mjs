import 'reflect-metadata';
import { HttpModule, HttpService } from '@nestjs/axios';
import { NestFactory } from '@nestjs/core';
import { firstValueFrom } from 'rxjs';
import { contender as bareAxios } from './bare-axios.mjs';

/** Baseline for Nest: a plain `HttpService` with a constant header on each call. */
export const contender = {
  name: 'plain HttpService, header set by hand',
  package: '@nestjs/axios',
  lacks: bareAxios.lacks,
  async connect({ axiosDefaults, heldToken }) {
    const application = await NestFactory.createApplicationContext(HttpModule.register(axiosDefaults), {
      logger: false,
    });
    const http = application.get(HttpService);
    const Authorization = `Bearer ${heldToken}`;
    return {
      axios: http.axiosRef,
      get: (path) => firstValueFrom(http.get(path, { headers: { Authorization } })),
      close: () => application.close(),
    };
  },
};
