import type { ServerResponse } from 'node:http';
import {
  BadGatewayException,
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { TokenManager } from 'nestjs-client-credentials';
import { CameraList } from './camera-list.js';
import type { Camera } from './camera-list.js';
import { DocumentDesk } from './document-desk.js';
import type { DocumentProgress } from './document.js';

@Controller()
export class DeskController {
  constructor(
    private readonly desk: DocumentDesk,
    private readonly cameras: CameraList,
    private readonly tokens: TokenManager,
  ) {}

  /** Accepts a document as the body, of any content type: `curl --data-binary @contract.pdf …/documents?name=contract.pdf`. */
  @Post('documents')
  @HttpCode(202)
  accept(
    @Body() content: unknown,
    @Query('name') name: unknown,
    @Res({ passthrough: true }) response: ServerResponse,
  ): DocumentProgress {
    if (!Buffer.isBuffer(content) || content.length === 0) {
      throw new BadRequestException('The body is empty. Send the document as the body.');
    }
    const progress = this.desk.accept(readName(name), content);
    response.setHeader('Location', `/documents/${progress.id}`);
    return progress;
  }

  @Get('documents/:id')
  show(@Param('id') id: string): DocumentProgress {
    const progress = this.desk.find(id);
    if (progress === undefined)
      throw new NotFoundException(
        'The document is unknown. The desk forgets a document ten minutes after its end, and at a restart: upload the document again.',
      );
    return progress;
  }

  @Get('tokens')
  showTokens(): ReturnType<TokenManager['snapshot']> {
    return this.tokens.snapshot();
  }

  @Get('cameras')
  async listCameras(): Promise<Camera[]> {
    try {
      return await this.cameras.list();
    } catch (error) {
      throw new BadGatewayException(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

function readName(name: unknown): string {
  if (name === undefined) return 'document';
  if (typeof name === 'string' && /^[^\p{Cc}]{1,200}$/u.test(name)) return name;
  throw new BadRequestException('The name is not usable. Send a name of 1 to 200 characters as ?name=.');
}
