// A generic client, as buf curl or grpcurl are: knows nothing of the shop but its address, asks reflection what there is, and
// calls every method of every service with an empty request. Prints "<method> <status>" for each; exits with 1 where one
// gives no proper answer. Usage: node reflection.mjs ADDRESS
import grpc from '@grpc/grpc-js';

import { PATIENCE_MS, reflect, within } from './reflect.mjs';

const STREAM_MS = 1_000; // A stream that has nothing to say says nothing for as long.

const { OK, INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED, DEADLINE_EXCEEDED } =
  grpc.status;
const REFUSALS = [INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED];
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

const address = process.argv[2];
const client = new grpc.Client(address, grpc.credentials.createInsecure());

// The status with which a method answers an empty request.
function call({ path, requestStream, responseStream, requestSerialize, responseDeserialize }) {
  const start = [path, requestSerialize, responseDeserialize];
  const bounds = [new grpc.Metadata(), within(responseStream ? STREAM_MS : PATIENCE_MS)];
  return new Promise((resolve) => {
    const done = () => {};
    let stream;
    if (requestStream && responseStream) stream = client.makeBidiStreamRequest(...start, ...bounds);
    else if (requestStream) stream = client.makeClientStreamRequest(...start, ...bounds, done);
    else if (responseStream) stream = client.makeServerStreamRequest(...start, {}, ...bounds);
    else stream = client.makeUnaryRequest(...start, {}, ...bounds, done);
    stream.on('status', resolve).on('error', done);
    if (responseStream) stream.on('data', done);
    if (requestStream) {
      stream.write({});
      stream.end();
    }
  });
}

// Why an answer is none; empty where it is one.
function complaint({ responseStream }, { code, details, metadata }) {
  if (code === OK || (responseStream && code === DEADLINE_EXCEEDED)) return '';
  if (!REFUSALS.includes(code)) return `is no answer to an empty request: ${details}`;
  const [info] = metadata.get('grpc-status-details-bin');
  const text = info?.toString('latin1') ?? '';
  return /[A-Z][A-Z_]{3,}/.test(text.slice(text.indexOf(ERROR_INFO) + ERROR_INFO.length)) ? '' : 'brings no reason';
}

let failed = false;
const { names, definition } = await reflect(client);
for (const name of names) {
  for (const method of Object.values(definition[name])) {
    const status = await call(method);
    const wrong = complaint(method, status);
    console.log(`${method.path.slice(1)} ${grpc.status[status.code]} ${wrong}`.trimEnd());
    failed ||= wrong !== '';
  }
}
client.close();
process.exitCode = failed ? 1 : 0;
