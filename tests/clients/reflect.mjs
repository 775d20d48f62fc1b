// What a server's reflection says of itself, for clients that know nothing of the shop but its address.
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

export const PATIENCE_MS = 20_000;

export const within = (ms) => ({ deadline: new Date(Date.now() + ms) });

// Field 1 of FileDescriptorSet, of so many bytes.
function header(length) {
  const bytes = [0x0a];
  for (; length > 0x7f; length >>>= 7) bytes.push((length & 0x7f) | 0x80);
  return Buffer.from([...bytes, length]);
}

// The names of the services, and a package definition as proto-loader makes them of files.
export async function reflect(client) {
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
