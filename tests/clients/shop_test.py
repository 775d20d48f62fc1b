"""The shop's contracts from another language: shop_test.py LANGUAGE starts the whole shop with some books and runs LANGUAGE's
clients against it. LANGUAGE is python or node."""

import csv
import pathlib
import sys
import tempfile

from processes import BINARY, SHOP, SOURCE, client_command, expect, expect_equal, run, serving

ROMANCES = 7


def write_some_books(path):
    """A part of the demo catalogue: all of Earthsea, some romances, and whatever stands first."""
    with open(SOURCE / "demo/books.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    romances = [row for row in rows if "romance" in row["categories"].split(";")][:ROMANCES]
    chosen = {row["key"]: row for row in [*rows[:20], *romances, *(r for r in rows if r["series"] == "Earthsea")]}
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "stock": "5"} for row in chosen.values())
    return {row["title"] for row in chosen.values()}


def wait_until_known(client):
    """The recommendations follow the catalogue's and the inventory's changes; they are there when every romance is."""
    while len(run([*client, "1", "ROMANCE", "100"]).splitlines()) < ROMANCES:
        pass  # ctest ends a test that takes too long; each round takes a client's start.


def test_bookshop(client, titles):
    said = run([*client, "earthsea", "readers/1"])
    sections = {}
    for line in said.splitlines():
        if line.startswith("# "):
            section = sections.setdefault(line[2:], [])
        else:
            section.append(line.split("\t"))

    names = [name for name, _, _ in sections["categories"]]
    expect_equal(names[:3], ["categories/fiction", "categories/romance", "categories/self-help"], "the first categories")
    expect(any(title == "A Wizard of Earthsea" and "Le Guin" in authors for _, title, authors in sections["search"]),
           f"the search found {sections['search']}")
    recommended = [book for book, _ in sections["recommendations"]]
    expect_equal(len(recommended), 5, "the number of recommendations")
    expect_equal(len(set(recommended)), 5, "the number of different ones")
    expect(all(title in titles for _, title in sections["recommendations"]), f"the shop recommends {sections}")


def test_recommendations(client, titles):
    few = [line.split("\t") for line in run([*client, "1", "ROMANCE", "3"]).splitlines()]
    expect_equal(len({number for number, _ in few}), 3, "the number of different romances")
    expect(all(title in titles for _, title in few), f"the shop recommends {few}")
    some = run([*client, "1", "ROMANCE", "100"]).splitlines()
    expect(ROMANCES <= len(some) < len(titles), f"of {len(titles)} books these are the romances: {some}")
    expect("INVALID_ARGUMENT" in run([*client, "1", "ROMANCE", "0"], status=1), "no results wanted: INVALID_ARGUMENT")


def main():
    language = sys.argv[1]
    with serving(SHOP) as address, tempfile.TemporaryDirectory() as folder:
        books = pathlib.Path(folder, "books.csv")
        titles = write_some_books(books)
        run([BINARY / "octavo", "import", books, "--source=demo", f"--address={address}"])
        wait_until_known([*client_command(language, "recommendations_client"), address])
        test_bookshop([*client_command(language, "bookshop_client"), address], titles)
        test_recommendations([*client_command(language, "recommendations_client"), address], titles)


main()
