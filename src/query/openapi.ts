import type { Filter } from '../lib/filter/filter.ts';
import { ENDPOINTS, type Endpoint, type Parameter } from './endpoints.ts';
import { SCHEMAS } from './schemas.gen.ts';

const UNAUTHORIZED = { 401: 'the token is missing or wrong' };
const REFUSALS = {
  400: 'a parameter is unknown or its value is none of it',
  406: 'no form of the answer is accepted',
  503: 'too many answers are being sent',
};

/** What the API answers, as an OpenAPI document. */
export function openApiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'sysprobe node-agent',
      version,
      description:
        'Flows, DNS transactions, processes, containers and the network map of a node. Names and meanings are those of ' +
        'the command line. A field that is not known is absent.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(ENDPOINTS.map((endpoint) => [endpoint.path, { get: operation(endpoint) }])),
    components: {
      schemas: open(SCHEMAS),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'asked for where there is a tokenFile' },
        basic: { type: 'http', scheme: 'basic', description: 'the token as the password of any user' },
      },
    },
    security: [{}, { bearer: [] }, { basic: [] }],
  };
}

function operation({
  path,
  summary,
  parameters,
  filters,
  answers,
  headers,
  failures = {},
}: Endpoint): object {
  const isQuery = parameters.length > 0 || filters.length > 0;
  const refusals: Record<string, string> = { ...UNAUTHORIZED, ...(isQuery && REFUSALS) };
  return {
    operationId: path.replace(/^\/(api\/v1\/)?/, '').replaceAll(/[^a-z]+/g, '-'),
    summary,
    parameters: [...parameters.map(plainParameter), ...filterParameters(filters)],
    responses: {
      200: {
        description: 'the answer',
        ...(headers && { headers: mapValues(headers, header) }),
        content: mapValues(answers, contentOf),
      },
      ...mapValues(refusals, (description) => response(description, 'ErrorAnswer')),
      ...mapValues(failures, (schema) => response('it is not', schema)),
    },
  };
}

function header(description: string): object {
  return { description, schema: { type: 'string' } };
}

function response(description: string, schema: string): object {
  return { description, content: { 'application/json': contentOf(schema) } };
}

function contentOf(schemas: string | readonly string[]): object {
  if (typeof schemas === 'string') return { schema: reference(schemas) };
  return schemas.length === 0 ? {} : { schema: { anyOf: schemas.map(reference) } };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function plainParameter({ name, doc, allowed, choice, repeated }: Parameter): object {
  const schema = { type: 'string', ...(choice ? { enum: allowed } : { description: allowed.join(', ') }) };
  return {
    name,
    in: 'query',
    description: doc,
    schema: repeated ? { type: 'array', items: schema } : schema,
  };
}

function filterParameters(filters: readonly Filter<never>[]): object[] {
  if (filters.length === 0) return [];
  const named = filters.map(({ name, doc, allowed, choice, implied, kubernetes }) => {
    const values = choice ? { enum: allowed } : { description: allowed.join(', ') };
    return {
      name,
      in: 'query',
      description: kubernetes ? `${doc}; needs Kubernetes metadata` : doc,
      schema: { type: 'array', items: { type: 'string', ...values } },
      ...(implied !== undefined && { allowEmptyValue: true }),
    };
  });
  const not = {
    name: 'not',
    in: 'query',
    description: 'negates the filter that follows it: the order of parameters counts',
    schema: { type: 'array', items: { type: 'string', enum: ['true', 'false'] } },
  };
  return [...named, not];
}

/** A later version may answer more than this one. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== 'additionalProperties' || value !== false,
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, open(value)]));
}

function mapValues<T>(
  values: Readonly<Record<string, T>>,
  map: (value: T) => object,
): Record<string, object> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
