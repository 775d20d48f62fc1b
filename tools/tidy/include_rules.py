"""Who may include whom: ARCHITECTURE.md's table as code. A file belongs to the first part below whose pattern
matches its path; <service> in a pattern is the service's name, and a part of a service may only be included within
it."""

import dataclasses
import re

from source import Finding

GRPC = re.compile(r"^(grpc|grpcpp|google/protobuf)/|\.pb\.h$")


@dataclasses.dataclass(frozen=True)
class Part:
    name: str
    pattern: str
    may_include: frozenset
    may_use_grpc: bool = False


def part(name, pattern, may_include, may_use_grpc=False):
    return Part(name, pattern, frozenset(may_include.split()), may_use_grpc)


SERVICE = r"services/(?P<service>[a-z_]+)/"
LIBRARIES = "base calendar email identity names postal db obs http limits rpc runtime background"
PARTS_OF_A_SERVICE = "domain search store sql_store service own"

PARTS = [
    part("examples", r"examples/", "", may_use_grpc=True),
    part("apps", r"apps/", f"{LIBRARIES} {PARTS_OF_A_SERVICE} module import marketplace apps", may_use_grpc=True),
    part("tools", r"tools/", f"{LIBRARIES} tools recommender", may_use_grpc=True),
    part("bench", r"bench/", f"{LIBRARIES} testing recommender {PARTS_OF_A_SERVICE} module import marketplace apps tests bench",
         may_use_grpc=True),
    part("fuzz", r"tests/fuzz/", f"{LIBRARIES} recommender {PARTS_OF_A_SERVICE} import fuzz"),
    part("tests", r"tests/", f"{LIBRARIES} testing {PARTS_OF_A_SERVICE} module marketplace apps tests", may_use_grpc=True),

    part("base", r"lib/base/", "base"),
    part("calendar", r"lib/calendar/", "base calendar"),
    part("email", r"lib/email/", "base email"),
    part("postal", r"lib/postal/", "base postal"),
    part("names", r"lib/names/", "base names obs"),
    part("identity", r"lib/identity/", "base names identity"),
    part("db", r"lib/db/", "base db"),
    part("obs", r"lib/obs/", "base obs"),
    part("background", r"lib/background/", "base obs background"),
    part("http", r"lib/http/", "base http"),
    # Limits are a plain value: what calls other services through ports of its own tells them how long it may take.
    part("limits", r"lib/rpc/limits\.h", "base obs rpc"),
    part("rpc", r"lib/rpc/", "base obs identity background limits rpc", may_use_grpc=True),
    part("runtime", r"lib/runtime/", "base calendar identity names db obs http limits rpc runtime background", may_use_grpc=True),
    part("testing", r"lib/testing/", f"{LIBRARIES} testing", may_use_grpc=True),
    part("recommender", r"recommender/", "base recommender"),

    part("marketplace", r"services/(?P<service>marketplace)/",
         "base calendar email names postal obs http limits rpc runtime background marketplace",
         may_use_grpc=True),
    part("domain", SERVICE + r"domain/", "base calendar names domain"),
    part("search", SERVICE + r"search/", "base names domain search"),
    part("store", SERVICE + r"(store|memory_store|store_\w+)\.", "base names domain store"),
    part("sql_store", SERVICE + r"(sql_store|migrations)", "base db names domain store sql_store"),
    part("module", SERVICE + r"(module|main|\w+_command)\.",
         f"{LIBRARIES} recommender {PARTS_OF_A_SERVICE} module", may_use_grpc=True),
    part("service", SERVICE + r"((\w+_)?service(_\w+)?|(\w+_)?client|convert|follower)\.",
         "base calendar email identity names postal obs limits rpc background domain search store service own recommender",
         may_use_grpc=True),
    # A command that speaks to a running service over its contract, and is no part of it.
    part("import", SERVICE + r"import/", "base identity names obs limits rpc domain import", may_use_grpc=True),
    # What a service has beside these: its own machinery, free of gRPC and SQL.
    part("own", SERVICE, "base email identity names obs limits background domain search store own recommender"),
]
OF_SERVICES = {*PARTS_OF_A_SERVICE.split(), "module", "import", "marketplace"}


def find_part(path):
    """The part that a path belongs to and the service it is in, None outside of services."""
    for each in PARTS:
        match = re.match(each.pattern, path)
        if match:
            return each, match.groupdict().get("service")
    return None, None


def check_includes(tree):
    for file in tree:
        if not file.is_cpp:
            continue
        own_part, service = find_part(file.path)
        if own_part is None:
            yield Finding(file.path, 1, "belongs to no part of the tree; tools/tidy/include_rules.py lists them")
            continue
        for include in file.includes:
            if include.is_ours:
                yield from _check_ours(file, own_part, service, include)
            elif GRPC.search(include.name) and not own_part.may_use_grpc and not file.is_test:
                yield Finding(file.path, include.line, f"{own_part.name} is free of gRPC and protobuf; move what needs "
                              f"{include.name} into service.* or module.*, and pass values")


def _check_ours(file, own_part, service, include):
    other, other_service = find_part(include.name)
    if other is None:
        yield Finding(file.path, include.line, f'"{include.name}" is not a path from the top of the tree')
    elif service and other_service and service != other_service:
        yield Finding(file.path, include.line, f"services/{service} includes services/{other_service}; services speak "
                      "proto to each other")
    elif other.name not in _may_include(file, own_part):
        allowed = " ".join(sorted(own_part.may_include)) or "nothing of the tree"
        yield Finding(file.path, include.line, f"{own_part.name} may include {allowed}; {other.name} ({include.name}) is "
                      "none of these")


def _may_include(file, own_part):
    """A test may also include what helps testing, and, in a service, all of it."""
    if not file.is_test:
        return own_part.may_include
    more = {"testing"}
    if own_part.name in OF_SERVICES:
        more |= OF_SERVICES | set(LIBRARIES.split())
    return own_part.may_include | more
