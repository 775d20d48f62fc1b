#!/usr/bin/env python3
"""Check demo/books.csv and, when it is there, demo/readers.csv.

Usage: demo/check.py [folder]     (default: the folder this file is in)
Prints the counts and every violation; the exit status is 1 if there was one.
"""
import collections
import csv
import os
import re
import sys

COLUMNS = ("key,title,subtitle,authors,series,series_number,isbn,language,published_year,publisher,"
           "page_count,formats,price_minor,currency,description,subjects,categories,average_rating,ratings_count,stock"
           ).split(",")
CATEGORIES = ("fiction romance self-help classics science-fiction fantasy mystery thriller horror "
              "historical-fiction young-adult children biography history science philosophy business poetry").split()
AT_LEAST = {"fiction": 35, "romance": 35, "self-help": 35}
FORMATS = {"hardcover", "paperback", "ebook", "audiobook"}
folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
faults = []


def expect(condition, where, what):
    if not condition:
        faults.append(f"{where}: {what}")


def parts(text):
    return text.split(";") if text else []


def read(name):
    raw = open(os.path.join(folder, name), "rb").read()
    expect(b"\r" not in raw, name, "line ends other than LF")
    expect(raw.endswith(b"\n"), name, "no line end at the end")
    expect(not raw.startswith(b"\xef\xbb\xbf"), name, "byte order mark")
    return list(csv.reader(raw.decode("utf-8").splitlines(keepends=True), strict=True))


def isbn_ok(isbn):
    return (re.fullmatch(r"97[89]\d{10}", isbn) is not None
            and sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(isbn)) % 10 == 0)


def number(text, low, high):
    return re.fullmatch(r"0|-?[1-9]\d*", text) is not None and low <= int(text) <= high


table = read("books.csv")
expect(table[0] == COLUMNS, "books.csv", "header differs")
expect(len(table) > 480, "books.csv", "fewer than 480 books")
seen = collections.defaultdict(dict)
for line, row in enumerate(table[1:], 2):
    if len(row) != len(COLUMNS):
        faults.append(f"record {line}: {len(row)} columns")
        continue
    b = dict(zip(COLUMNS, row))
    where = f"record {line} ({b['key']})"
    expect(all(v == v.strip() and "  " not in v for v in row), where, "stray spaces")
    expect(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", b["key"]), where, "key is not kebab-case")
    for column in ("title", "authors", "publisher", "description", "subjects", "categories"):
        expect(b[column], where, f"{column} is empty")
    for name, value in (("key", b["key"]), ("isbn", b["isbn"]), ("description", b["description"]),
                        ("title and authors", (b["title"].lower(), b["authors"].lower()))):
        expect(not value or value not in seen[name], where, f"{name} also in {seen[name].get(value)}")
        seen[name][value] = b["key"]
    place = (b["series"], b["series_number"])
    expect(bool(place[0]) == bool(place[1]), where, "series without number, or number without series")
    if b["series"]:
        expect(re.fullmatch(r"\d+(\.\d+)?", b["series_number"]), where, "series_number")
        expect(place not in seen["place"], where, f"place in series also taken by {seen['place'].get(place)}")
        seen["place"][place] = b["key"]
    expect(not b["isbn"] or isbn_ok(b["isbn"]), where, "isbn")
    expect(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", b["language"]), where, "language")
    expect(number(b["published_year"], -3000, 2025) and b["published_year"] != "0", where, "published_year")
    expect(number(b["page_count"], 16, 2000), where, "page_count")
    expect(number(b["price_minor"], 699, 3499) and b["currency"] == "EUR", where, "price")
    expect(number(b["stock"], 0, 40), where, "stock")
    formats = parts(b["formats"])
    expect(formats and set(formats) <= FORMATS and len(set(formats)) == len(formats), where, "formats")
    subjects, categories = parts(b["subjects"]), parts(b["categories"])
    expect(2 <= len(set(subjects)) == len(subjects) <= 6, where, "two to six different subjects")
    expect(b["subjects"] == b["subjects"].lower(), where, "subjects not lower case")
    expect(1 <= len(set(categories)) == len(categories) <= 3, where, "one to three different categories")
    expect(set(categories) <= set(CATEGORIES), where, "unknown category")
    sentence = b["description"]
    expect(re.search(r"[.?!]$", sentence) and not re.search(r"[.?!]\s", sentence), where, "not exactly one sentence")
    expect(12 <= len(sentence.split()) <= 38, where, f"description of {len(sentence.split())} words")

books = [dict(zip(COLUMNS, row)) for row in table[1:] if len(row) == len(COLUMNS)]
counts = collections.Counter(c for b in books for c in parts(b["categories"]))
for category in CATEGORIES:
    expect(counts[category] >= AT_LEAST.get(category, 22), "books.csv", f"only {counts[category]} in {category}")
filled = sum(1 for b in books if b["isbn"])
expect(filled >= 0.7 * len(books), "books.csv", "ISBN in less than 70 %")
empty = sum(1 for b in books if b["stock"] == "0")
print(f"{len(books)} books, {filled} with ISBN, {empty} out of stock, "
      f"{len({b['series'] for b in books if b['series']})} series, "
      f"{len({a for b in books for a in b['authors'].split('; ')})} authors, "
      f"{len({s for b in books for s in parts(b['subjects'])})} subjects")
print("languages: " + ", ".join(f"{k} {n}" for k, n in collections.Counter(b["language"] for b in books).most_common()))
for category in CATEGORIES:
    print(f"  {category:20}{counts[category]:5}")

if os.path.exists(os.path.join(folder, "readers.csv")):
    rows = read("readers.csv")
    expect(rows[0] == ["reader", "key", "event", "rating", "days_ago"], "readers.csv", "header differs")
    known, events, per_book = {b["key"] for b in books}, collections.Counter(), collections.Counter()
    viewed, readers, stars = {}, set(), collections.defaultdict(list)
    for line, row in enumerate(rows[1:], 2):
        where = f"readers.csv {line}"
        if len(row) != 5:
            faults.append(f"{where}: {len(row)} columns")
            continue
        reader, key, event, rating, days = row
        expect(number(reader, 1, 10000), where, "reader")
        expect(key in known, where, f"unknown book {key}")
        expect(event in ("view", "basket", "purchase", "rating"), where, "event")
        expect(number(rating, 1, 5) if event == "rating" else rating == "", where, "rating")
        if not number(days, 0, 365):
            faults.append(f"{where}: days_ago")
            continue
        if event == "view":
            viewed[reader, key] = max(int(days), viewed.get((reader, key), 0))
        else:
            expect(viewed.get((reader, key), -1) >= int(days), where, f"{event} without an earlier view")
        events[event] += 1
        if event == "rating":
            stars[key].append(int(rating))
        per_book[key] += 1
        readers.add(reader)
    for b in books:
        given = stars[b["key"]]
        average = f"{sum(given) / len(given):.2f}" if given else ""
        expect((b["average_rating"], b["ratings_count"]) == (average, str(len(given))), f"books.csv {b['key']}",
               f"the ratings are not those of readers.csv: {average} of {len(given)}")
    fewest = min(per_book[k] for k in known)
    expect(fewest >= 3, "readers.csv", f"a book appears only {fewest} times")
    print(f"{len(rows) - 1} events of {len(readers)} readers: " + ", ".join(f"{k} {n}" for k, n in sorted(events.items()))
          + f"; per book {fewest} to {max(per_book.values())}")

for fault in faults:
    print("FAULT " + fault)
sys.exit(1 if faults else 0)
