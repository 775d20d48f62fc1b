"""Makes the Python code of Octavo's protos on first use, so that the examples run without a build step.

    from stubs import load
    unary_pb2, unary_pb2_grpc = load("classic/unary")

It runs protoc with the plugin of Debian's protobuf-compiler-grpc. A project of your own would rather generate
once and keep the result:

    protoc -I proto/classic --python_out=. --grpc_python_out=. \\
        --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin proto/classic/unary.proto
"""

import atexit
import collections
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
PLUGIN = "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin"

_generated = tempfile.mkdtemp(prefix="octavo-stubs-")
atexit.register(shutil.rmtree, _generated, ignore_errors=True)
sys.path.insert(0, _generated)


def load(name):
    """The two modules of proto/<name>.proto: its messages, and its stubs and servicers."""
    # Imports of the published contracts are relative to proto/classic, those of the others to proto.
    root = PROTO / "classic" if name.startswith("classic/") else PROTO
    path = (PROTO / name).relative_to(root)
    # The protos that it imports are generated too; google.protobuf's own come with python3-protobuf.
    imported = [*root.glob("octavo/type/**/*.proto"), *root.glob("google/rpc/*.proto")]
    protos = [f"{path}.proto", *(p.relative_to(root) for p in imported)]
    outputs = [f"--python_out={_generated}", f"--grpc_python_out={_generated}"]
    subprocess.run(["protoc", f"-I{root}", *outputs, PLUGIN, *protos], check=True)
    importlib.invalidate_caches()
    module = ".".join(path.parts)
    return importlib.import_module(module + "_pb2"), importlib.import_module(module + "_pb2_grpc")


class _Details(collections.namedtuple("_Details", "method timeout metadata credentials wait_for_ready compression"),
               grpc.ClientCallDetails):
    """A call's details, as gRPC wants them back from an interceptor."""


class _ShowsToken(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor,
                  grpc.StreamStreamClientInterceptor):
    """Sends a token with each call: "authorization: Bearer <token>"."""

    def __init__(self, token):
        self._metadata = ("authorization", f"Bearer {token}")

    def _intercept(self, go_on, details, request):
        metadata = [*(details.metadata or ()), self._metadata]
        return go_on(_Details(details.method, details.timeout, metadata, details.credentials, details.wait_for_ready,
                              details.compression), request)

    intercept_unary_unary = _intercept
    intercept_unary_stream = _intercept
    intercept_stream_unary = _intercept
    intercept_stream_stream = _intercept


def connect(address, token=os.environ.get("OCTAVO_TOKEN")):
    """A channel to the shop, over which calls show the token: by default that in the environment variable OCTAVO_TOKEN; `octavo
    token` makes one. Without a token the shop answers what is for everybody."""
    channel = grpc.insecure_channel(address)
    return grpc.intercept_channel(channel, _ShowsToken(token)) if token else channel
