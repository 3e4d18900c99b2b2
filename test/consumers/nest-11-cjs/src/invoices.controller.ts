import { Controller, Get, Param } from '@nestjs/common';
import { Invoices, type Answer } from './invoices';

@Controller('invoices')
export class InvoicesController {
  constructor(private readonly invoices: Invoices) {}

  @Get(':id')
  find(@Param('id') id: string): Promise<Answer> {
    return this.invoices.find(id);
  }
}
