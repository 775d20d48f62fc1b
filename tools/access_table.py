#!/usr/bin/env python3
"""Who may call which method: writes docs/access.md from the contracts; --check says whether it is what they say."""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "access.md"
RPC = re.compile(r"^  rpc (?P<name>\w+)[^{]*\{\n(?P<options>.*?)^  \}", re.MULTILINE | re.DOTALL)
ACCESS = re.compile(r"option \(octavo\.type\.v1\.access\) = \{(?P<text>.*?)\};", re.DOTALL)
FIELD = re.compile(r'(?P<name>\w+): (?:"(?P<text>[^"]*)"|(?P<word>\w+))')

HEAD = """# Who may call which method

Made from the contracts by `python3 tools/access_table.py`; the contracts rule (`proto/octavo/type/v1/access.proto` says what the
words mean, [identities.md](identities.md) how a caller shows who it is). A cell that is empty allows nobody. Whoever is in none
of a row's cells is refused: with `UNAUTHENTICATED` (`WHO_CALLS`) where the call has no identity, else with `PERMISSION_DENIED`
(`NOT_ALLOWED`).

- **everybody**: also without an identity.
- **services**: services of the shop, for their own work.
- **owner**: the customer whom these fields of the request name. Staff and services are not bound by it.
- **storefront**: the marketplace, and integrations with the scope `storefront`, for guests and for the customer whose token they
  send. Never with the field in brackets, which is for staff.
- **staff**: this role and those above it: bookseller, manager, owner.
- **scopes**: integrations with one of these.
"""


def fields_of(text):
    """The option's fields, each with all its values."""
    fields = {}
    for field in FIELD.finditer(text):
        fields.setdefault(field["name"], []).append(field["text"] if field["text"] is not None else field["word"])
    return fields


def row(name, fields):
    """One method's line."""
    quoted = lambda values: ", ".join(f"`{value}`" for value in values)
    storefront = "yes" if "storefront" in fields else ""
    if "as_staff" in fields:
        storefront += f" (`{fields['as_staff'][0]}`)"
    cells = [
        name,
        "yes" if "everybody" in fields else "",
        ", ".join(fields.get("services", [])),
        quoted(fields.get("owner", [])),
        storefront,
        "".join(role.removeprefix("STAFF_ROLE_").lower() for role in fields.get("role", [])),
        quoted(fields.get("scopes", [])),
    ]
    return "| " + " | ".join(cells) + " |"


def table():
    """The whole page."""
    parts = [HEAD]
    for file in sorted((ROOT / "proto" / "octavo").glob("*/v1/*.proto")):
        text = file.read_text(encoding="utf-8")
        rows = [row(rpc["name"], fields_of(ACCESS.search(rpc["options"])["text"])) for rpc in RPC.finditer(text)]
        if rows:
            parts += [f"\n## {file.parent.parent.name}\n\n",
                      "| method | everybody | services | owner | storefront | staff | scopes |\n",
                      "|---|---|---|---|---|---|---|\n", "\n".join(rows), "\n"]
    return "".join(parts)


def main():
    """Writes the page, or checks it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="only say whether docs/access.md is what the contracts say")
    check = arguments.parse_args().check
    now = table()
    if not check:
        TABLE.write_text(now, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != now:
        sys.exit("docs/access.md is not what the contracts say: run python3 tools/access_table.py")


if __name__ == "__main__":
    main()
