import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Header, NotFoundException, Param, Post, Redirect, Req } from '@nestjs/common';
import { runWithTenant } from 'nestjs-client-credentials/express';
import { isTenantName, tenantNames } from '../config/tenants.js';
import { SandboxControls } from '../controls/sandbox-controls.js';
import { DocumentDesk } from '../desk/document-desk.js';
import { deskPage } from './desk-page.js';
import { Panel, type PanelState } from './panel.js';
import { readUpload, UploadError } from './upload.js';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const SEE_OTHER = 303;
const style = readFileSync(new URL('desk.css', import.meta.url), 'utf8');
const script = readFileSync(new URL('desk.js', import.meta.url), 'utf8');

/** The page of the desk: the board, a form for documents, and what can be done to the sandbox. */
@Controller()
export class PageController {
  constructor(
    private readonly panel: Panel,
    private readonly controls: SandboxControls,
    private readonly desk: DocumentDesk,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('cache-control', 'no-store')
  @Header('x-content-type-options', 'nosniff')
  // The browser names no origin for forms of a page that has no referrer.
  @Header('referrer-policy', 'same-origin')
  async show(@Req() { socket }: IncomingMessage): Promise<string> {
    // The board's own page: its files are found from here too.
    const board = await fetch(`http://127.0.0.1:${socket.localPort}/board`);
    return deskPage(await board.text(), this.panel.state());
  }

  @Get('panel')
  @Header('cache-control', 'no-store')
  showPanel(): PanelState {
    return this.panel.state();
  }

  @Get('desk.css')
  @Header('content-type', 'text/css; charset=utf-8')
  showStyle(): string {
    return style;
  }

  @Get('desk.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  showScript(): string {
    return script;
  }

  @Post('drop')
  @Redirect('/', SEE_OTHER)
  async drop(@Req() request: IncomingMessage): Promise<void> {
    try {
      const { files, field } = await readUpload(request);
      const name = field('tenant');
      const tenant = isTenantName(name) ? name : tenantNames[0];
      for (const file of files)
        runWithTenant(tenant, () => this.desk.accept(file.name, file.content, tenant));
      const what = files.length === 1 ? JSON.stringify(files[0]?.name) : `${files.length} documents`;
      this.controls.say(`${what} of ${tenant}: on the way through all five providers`);
    } catch (error) {
      if (!(error instanceof UploadError)) throw error;
      this.controls.say(error.message);
    }
  }

  @Post('sandbox/:id')
  @Redirect('/', SEE_OTHER)
  async press(@Param('id') id: string): Promise<void> {
    if (!(await this.controls.press(id))) throw new NotFoundException('The sandbox has no such control.');
  }
}
