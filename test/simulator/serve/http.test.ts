import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { serve } from '../../../simulator/serve/server.ts';
import { serveWorld } from './served-world.ts';

const EMPTY = 'clusters: [{ name: prod }]';
const signature = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=test/20260105/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

async function post(url: string, service: string, headers: Record<string, string>, body: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: signature(service), ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('a request that is not AWS’s', () => {
  test('without a signature is refused as AWS does', async () => {
    const { url } = await serveWorld(EMPTY);
    const response = await fetch(url);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
  });

  test('for a service or an operation that is not simulated says so in the protocol of the request', async () => {
    const { url } = await serveWorld(EMPTY);
    const json = await post(url, 'athena', { 'x-amz-target': 'AmazonAthena.ListWorkGroups' }, '{}');
    const query = await post(url, 'elasticloadbalancing', {}, 'Action=DescribeLoadBalancers&Version=2015-12-01');
    const rest = await post(`${url}/v1/createjobqueue`, 'batch', {}, '');
    const lambda = await post(`${url}/2015-03-31/functions`, 'lambda', {}, '{}');
    const nowhere = await post(`${url}/nowhere`, 'lambda', {}, '{}');
    expect([json.status, query.status, rest.status, lambda.status, nowhere.status]).toEqual([400, 400, 400, 404, 404]);
    expect(JSON.parse(json.text)).toEqual({
      __type: 'UnknownOperationException',
      message: 'The simulator does not implement athena:ListWorkGroups',
    });
    expect(query.text).toContain('<Code>InvalidAction</Code>');
    expect(rest.text).toContain('The simulator does not implement batch');
    expect(lambda.text).toContain('The simulator does not implement lambda:CreateFunction');
    expect(nowhere.text).toContain('There is no operation at this address');
  });

  test.each(['no JSON', '[]', '{"cluster":7}', '{"cluster":'])('with the body %s ends as a 400', async (body) => {
    const { url, defects } = await serveWorld(EMPTY);
    const target = 'AmazonEC2ContainerServiceV20141113.ListTasks';
    const { status, text } = await post(url, 'ecs', { 'x-amz-target': target }, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ __type: 'SerializationException' });
    expect(defects).toEqual([]);
  });

  test('that is no HTTP at all leaves the server alive', async () => {
    const { url } = await serveWorld(EMPTY);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.setEncoding('utf8').on('data', resolve);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${url}/_control`)).status).toBe(200);
  });

  test('with more than 16 MiB is refused without being read to its end', async () => {
    const { url } = await serveWorld(EMPTY);
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST' }, ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.write(Buffer.alloc(16 * 2 ** 20 + 1));
    });
    expect(status).toBe(413);
  });
});

test('a query request may travel in the address of a GET', async () => {
  const { url } = await serveWorld(EMPTY);
  const response = await fetch(`${url}/?Action=GetCallerIdentity&Version=2011-06-15`, {
    headers: { authorization: signature('sts') },
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('<Arn>arn:aws:iam::111122223333:user/test</Arn>');
});

test('an answer carries its request id and the time of the world', async () => {
  const { url, simulator } = await serveWorld(EMPTY);
  const target = 'AmazonEC2ContainerServiceV20141113.ListClusters';
  const { headers } = await post(url, 'ecs', { 'x-amz-target': target }, '{}');
  expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('date')).toBe(new Date(simulator.kernel.clock.now()).toUTCString());
});

test('the same requests in worlds of one seed get the same answers, byte for byte', async () => {
  const played = async () => {
    const world = await serveWorld();
    const answers: string[] = [];
    for (const operation of ['ListContainerInstances', 'ListTasks', 'ListServices']) {
      const target = `AmazonEC2ContainerServiceV20141113.${operation}`;
      const { headers, text } = await post(world.url, 'ecs', { 'x-amz-target': target }, '{"cluster":"prod"}');
      answers.push(`${headers.get('x-amzn-requestid')} ${headers.get('date')} ${text}`);
      await world.control('advance', { seconds: 3_600 });
    }
    return answers;
  };
  expect(await played()).toEqual(await played());
});

test('a port in use is told to whoever wants to serve', async () => {
  const { simulator, url } = await serveWorld(EMPTY);
  const port = Number(new URL(url).port);
  const second = serve(simulator, { port, pace: { kind: 'stepped' }, onDefect: () => {} });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing cuts what is still waiting and frees the port', async () => {
  const { url, server } = await serveWorld(EMPTY);
  const open = connect(Number(new URL(url).port), '127.0.0.1');
  await new Promise((resolve) => open.once('connect', resolve));
  await server.close();
  await expect(fetch(url)).rejects.toThrow();
});
