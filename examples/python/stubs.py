"""Makes the Python code of Octavo's protos on first use, so that the examples run without a build step.

    from stubs import load
    unary_pb2, unary_pb2_grpc = load("classic/unary")

It runs protoc with the plugin of Debian's protobuf-compiler-grpc. A project of your own would rather generate
once and keep the result:

    protoc -I proto/classic --python_out=. --grpc_python_out=. \\
        --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin proto/classic/unary.proto
"""

import atexit
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

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
