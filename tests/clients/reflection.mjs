// A generic client, as buf curl or grpcurl are: knows nothing of the shop but its address, asks reflection what there is, and
// calls every method of every service with an empty request. Prints "<method> <status>" for each; exits with 1 where one
// gives no proper answer. Usage: node reflection.mjs ADDRESS
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const PATIENCE_MS = 20_000;
const STREAM_MS = 1_000; // A stream that has nothing to say says nothing for as long.

const { OK, INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED, DEADLINE_EXCEEDED } =
  grpc.status;
const REFUSALS = [INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED];
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

const address = process.argv[2];
const client = new grpc.Client(address, grpc.credentials.createInsecure());

const within = (ms) => ({ deadline: new Date(Date.now() + ms) });

// What the server's reflection says of itself: a package definition as proto-loader makes them of files.
async function reflect() {
  const reflection = protoLoader.loadSync('grpc/reflection/v1alpha/reflection.proto', {
    includeDirs: ['/usr/share/grpc-proto'],
    keepCase: true,
  })['grpc.reflection.v1alpha.ServerReflection'].ServerReflectionInfo;
  const stream = client.makeBidiStreamRequest(
    reflection.path, reflection.requestSerialize, reflection.responseDeserialize, new grpc.Metadata(), within(PATIENCE_MS));
  const answers = stream[Symbol.asyncIterator]();
  const ask = async (request) => {
    stream.write(request);
    return (await answers.next()).value;
  };

  const { service: services } = (await ask({ list_services: '*' })).list_services_response;
  const files = new Map();
  for (const { name } of services) {
    const described = (await ask({ file_containing_symbol: name })).file_descriptor_response;
    if (!described) throw new Error(`reflection does not describe ${name}`);
    for (const file of described.file_descriptor_proto) files.set(file.toString('base64'), file);
  }
  stream.end();
  const set = Buffer.concat([...files.values()].map((file) => Buffer.concat([header(file.length), file])));
  return { names: services.map(({ name }) => name), definition: protoLoader.loadFileDescriptorSetFromBuffer(set) };
}

// Field 1 of FileDescriptorSet, of so many bytes.
function header(length) {
  const bytes = [0x0a];
  for (; length > 0x7f; length >>>= 7) bytes.push((length & 0x7f) | 0x80);
  return Buffer.from([...bytes, length]);
}

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
const { names, definition } = await reflect();
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
