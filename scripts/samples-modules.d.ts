// Declares packages that samples import and that are not installed here, with as much of them as the samples use.
declare module '@nestjs/config' {
  import type { DynamicModule } from '@nestjs/common';

  export class ConfigModule {
    static forRoot(options?: { isGlobal?: boolean; envFilePath?: string }): Promise<DynamicModule>;
  }

  export class ConfigService {
    get<T = string>(name: string): T | undefined;
    getOrThrow<T = string>(name: string): T;
  }
}
