// The AsyncAPI 3 document of what travels over NATS, as a worker sees it: made of the same schemas that check, so it says what they do.
import { z } from 'zod';
import { commandId, commandSchema, feedEventSchema, resultId, resultSchema } from '../core/delivery/message.ts';
import { examples } from './examples.ts';
import { ackWaitMs, commandConsumer, messageBytesMax, streamNames, streams } from './topology.ts';

/** A new version says that workers must change; what is added and may be left unread is no new version. */
const contract = '1';

export function asyncApiDocument(): Record<string, unknown> {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Interlock worker contract',
      version: contract,
      description:
        'What a worker outside takes, and what it answers. Postgres is the truth: any message may be lost, repeated or late. No message holds personal data; a worker fetches what it needs over HTTP. src/bus/README.md tells it in plain words.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages: messages() },
  };
}

const connection = { description: 'The name of the connection, such as greenhouse-eu' };

const channels = {
  commands: {
    address: 'il.cmd.{connection}.{mode}',
    title: 'Commands for the worker of a connection',
    description: `Pulled from the durable consumer ${streamNames.commands}.{connection}, which Interlock declares. Acknowledge after the result is stored.`,
    messages: { command: { $ref: '#/components/messages/command' } },
    parameters: { connection, mode: { description: 'As in the body, which is what counts: apply, confirm or probe' } },
    'x-jetstream': {
      stream: streamNames.commands,
      consumer: '{connection}',
      ackWaitMs,
      deliveriesMax: commandConsumer('any', 1).max_deliver,
      keptMs: keptMs(streamNames.commands),
    },
  },
  results: {
    address: 'il.res.{connection}.{outcome}',
    title: 'What came of commands',
    description: `Published with a reply subject: the answer tells that stream ${streamNames.results} has it. The same message id is stored once.`,
    messages: { result: { $ref: '#/components/messages/result' } },
    parameters: {
      connection,
      outcome: { description: 'The kind of outcome, as in the body, which is what counts; any one word is taken' },
    },
    'x-jetstream': {
      stream: streamNames.results,
      messageBytesMax,
      keptMs: keptMs(streamNames.results),
    },
  },
  feed: {
    address: 'il.event.{machine}.{type}',
    title: 'The public feed of facts',
    description:
      'CloudEvents, one for each transition. For those to whom it was granted; its oldest facts are dropped.',
    messages: { fact: { $ref: '#/components/messages/fact' } },
    parameters: {
      machine: { description: 'application, requisition or onboarding' },
      type: { description: 'The type of the event, its full stops as hyphens' },
    },
    'x-jetstream': { stream: streamNames.feed, keptMs: keptMs(streamNames.feed) },
  },
};

const operations = {
  takeCommand: operation('receive', 'commands', 'command', 'Take the next command'),
  publishResult: operation('send', 'results', 'result', 'Say what came of it, before the command is acknowledged'),
  readFact: operation('receive', 'feed', 'fact', 'Read what happened'),
};

function operation(action: 'send' | 'receive', channel: string, message: string, summary: string) {
  return {
    action,
    summary,
    channel: { $ref: `#/channels/${channel}` },
    messages: [{ $ref: `#/channels/${channel}/messages/${message}` }],
  };
}

function messages(): Record<string, unknown> {
  return {
    command: {
      name: 'command',
      title: 'Do, look at, or probe something',
      headers: messageIdHeader('`<id>.<attempt>.<mode>`', commandId(examples.command.apply)),
      // A worker passes over what it does not know; only what Interlock itself takes is held to the letter.
      payload: schemaOf(commandSchema.loose()),
      examples: Object.entries(examples.command).map(([name, payload]) => ({ name, payload })),
    },
    result: {
      name: 'result',
      title: 'What came of one command',
      headers: messageIdHeader('`<id>.<attempt>.<outcome.kind>`', resultId(examples.result.confirmed)),
      payload: schemaOf(resultSchema),
      examples: Object.entries(examples.result).map(([name, payload]) => ({ name, payload })),
    },
    fact: {
      name: 'fact',
      title: 'Something happened to a subject',
      payload: schemaOf(feedEventSchema.loose()),
      examples: [{ name: 'transition', payload: examples.fact }],
    },
  };
}

const messageIdHeader = (description: string, example: string) => ({
  type: 'object',
  required: ['Nats-Msg-Id'],
  properties: { 'Nats-Msg-Id': { type: 'string', description, examples: [example] } },
});

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'output',
    override({ jsonSchema }) {
      // Not every language knows this class of characters; in UTF-8 there is none of them anyway.
      if (jsonSchema.pattern?.includes('\\p{Surrogate}')) {
        delete jsonSchema.pattern;
        jsonSchema.description = 'Without U+0000';
      }
    },
  });
  return rest;
}

function keptMs(stream: string): number {
  return (streams.find((one) => one.name === stream)?.max_age ?? 0) / 1_000_000;
}
