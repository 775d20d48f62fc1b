"""Rules about our own contracts: what the comment of an RPC says."""

import re

from source import Finding

OURS = re.compile(r"^proto/octavo/.*\.proto$")
# The comment right above it, the name, and what follows up to the end of its options.
RPC = re.compile(r"^(?P<comment>(?:[ ]*//[^\n]*\n)*)[ ]*rpc (?P<name>\w+)[^{;]*(?P<options>\{\}|\{\n.*?^  \}|;)",
                 re.MULTILINE | re.DOTALL)


def check_rpcs(tree):
    """Each RPC says its effect, its errors, what comes of repeating it and who may call it: callers read nothing else."""
    for file in tree:
        if not OURS.match(file.path):
            continue
        for rpc in RPC.finditer(file.text):
            comment = re.sub(r"\s*//\s*", " ", rpc["comment"]).strip()
            missing = []
            if not comment or comment.startswith("Errors"):
                missing.append("its effect")
            if not re.search(r"\bErrors(:| as [A-Z])", comment):
                missing.append('"Errors:" with their reasons, "Errors as …" or "Errors: none of its own"')
            if "idempotency_level" not in rpc["options"] and not re.search(r"[Rr]epeating|the same rows again", comment):
                missing.append("an idempotency_level, or what comes of repeating it")
            if "(octavo.type.v1.access)" not in rpc["options"]:
                missing.append("who may call it (octavo.type.v1.access)")
            if missing:
                yield Finding(file.path, file.line_at(rpc.start("name")), f"{rpc['name']} lacks " + "; ".join(missing))
