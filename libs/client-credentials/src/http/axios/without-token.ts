/** What a call wishes that is to go to a tenant's API without that tenant's token: `false` alone does not say whose API. */
export class NoToken {
  readonly tenant: string;

  constructor(tenant: string) {
    this.tenant = tenant;
  }
}
