#!/usr/bin/env python3
"""Invent readers for the demo catalogue.

Usage: tools/demo_readers.py < demo/books.csv > demo/readers.csv

The same catalogue always gives the same bytes: the generator has a fixed seed, and only its
random() is used, which Python keeps stable between versions.  Readers are numbers, nobody's data:
  taste    three categories (first one strongest), some authors and subjects, perhaps a second language
  choice   popularity of the book x how well it fits; earlier volumes first, one that pleased leads to the next
  events   view, perhaps basket, purchase, rating, in this order: the better the fit, the further and the more stars
"""
import csv
import math
import random
import sys

SEED, READERS, DAYS = 20240423, 400, 365
LEAST = 4  # a book with fewer events gets more views from the readers it fits best
BESTSELLERS = """harry-potter-and-the-sorcerers-stone the-hunger-games pride-and-prejudice atomic-habits 1984
    the-hobbit it-ends-with-us the-alchemist me-before-you twilight to-kill-a-mockingbird the-fellowship-of-the-ring
    the-girl-with-the-dragon-tattoo the-silent-patient sapiens the-kite-runner a-game-of-thrones educated dune
    the-subtle-art-of-not-giving-a-f-ck murder-on-the-orient-express the-7-habits-of-highly-effective-people
    the-da-vinci-code the-book-thief thinking-fast-and-slow normal-people the-song-of-achilles the-very-hungry-caterpillar
    the-shining meditations the-little-prince project-hail-mary becoming outlander the-thursday-murder-club""".split()

rng = random.Random(SEED)
uniform = rng.random


def normal():
    return math.sqrt(-2 * math.log(1 - uniform())) * math.cos(2 * math.pi * uniform())


def below(n):
    return int(uniform() * n)


def pick(items, weights):
    at = uniform() * sum(weights)
    for item, weight in zip(items, weights):
        at -= weight
        if at < 0:
            return item
    return items[-1]


class Book:
    def __init__(self, row):
        self.key, self.language, self.series = row["key"], row["language"], row["series"]
        self.volume = float(row["series_number"] or 0)
        self.authors = row["authors"].split("; ")
        self.subjects, self.categories = row["subjects"].split(";"), row["categories"].split(";")
        self.popularity = min(4, math.exp(0.8 * normal()))  # long tail
        if self.key in BESTSELLERS:
            self.popularity = 16 * 0.97 ** BESTSELLERS.index(self.key)
        self.quality = 0.35 * normal()


class Reader:
    def __init__(self, number, books, categories):
        self.number, self.events, self.met = number, [], set()
        first = pick(categories, [math.sqrt(sum(c in b.categories for b in books)) for c in categories])
        self.taste = {first: 1.0}
        for weight in (0.6, 0.35):
            near = [b for b in books if set(b.categories) & set(self.taste)]
            other = [c for c in categories if c not in self.taste]
            self.taste[pick(other, [1 + sum(c in b.categories for b in near) for c in other])] = weight
        liked = [b for b in books if any(c in self.taste for c in b.categories)]
        weights = [b.popularity for b in liked]
        self.authors = {pick(liked, weights).authors[0] for _ in range(2 + below(2))}
        self.subjects = {pick(liked, weights).subjects[below(2)] for _ in range(4)}
        self.languages = {"en", ("de", "fr", "it", "es")[below(4)] if uniform() < 0.2 else "en"}
        self.appetite = max(4, min(60, round(14 * math.exp(0.55 * normal()))))  # books looked at
        self.harshness = 0.3 * normal()

    def fit(self, book):
        """How well the book suits, 0 to 1."""
        if book.language not in self.languages:
            return 0.02
        fit = max(self.taste.get(c, 0.05) * w for c, w in zip(book.categories, (1, 0.8, 0.6)))
        fit += 0.3 * any(a in self.authors for a in book.authors) + 0.1 * sum(s in self.subjects for s in book.subjects)
        return min(1.0, fit * 0.8)

    def note(self, book, event, day, rating=""):
        self.events.append((self.number, book.key, event, rating, day))
        self.met.add(book.key)

    def meet(self, book, day, keen=False):
        """What happens with one book, first seen that many days ago; returns whether it pleased."""
        fit = max(self.fit(book), keen)
        self.note(book, "view", day)
        if uniform() < 0.25:
            day -= below(min(day, 6) + 1)
            self.note(book, "view", day)
        if uniform() > 0.25 + 0.6 * fit:
            return False
        if uniform() < 0.75:
            self.note(book, "basket", day)
            if uniform() > 0.55 + 0.35 * fit:
                return False
        day -= below(min(day, 2) + 1)
        self.note(book, "purchase", day)
        stars = max(1, min(5, round(2.4 + 1.9 * fit + book.quality - self.harshness + 0.9 * normal())))
        day -= 2 + below(28)
        if day >= 0 and uniform() < 0.62:
            self.note(book, "rating", day, stars)
        return stars >= 3


def live(reader, books, volumes):
    """Lead the reader through a year or less, oldest day first."""
    weights = [b.popularity * reader.fit(b) ** 2 for b in books]
    since, following = 40 + below(DAYS - 39), None
    for day in sorted((below(since + 1) for _ in range(reader.appetite)), reverse=True):
        keen = following is not None and uniform() < 0.95
        book = following if keen else pick(books, weights)
        for earlier in reversed(volumes.get(book.series, ())):
            if 0 < book.volume - earlier.volume <= 1 <= earlier.volume and earlier.key not in reader.met:
                book = earlier
        if book.key not in reader.met:
            pleased = reader.meet(book, day, keen)
            later = [b for b in volumes.get(book.series, ()) if b.volume > book.volume and b.key not in reader.met]
            following = later[0] if pleased and later else None


def main():
    books = [Book(row) for row in csv.DictReader(sys.stdin)]
    categories = sorted({c for b in books for c in b.categories})
    volumes = {}
    for book in sorted((b for b in books if b.series), key=lambda b: (b.series, b.volume)):
        earlier = volumes.setdefault(book.series, [])
        if earlier and book.key not in BESTSELLERS:
            book.popularity = max(book.popularity, 0.5 * earlier[-1].popularity)
        earlier.append(book)
    readers = [Reader(n, books, categories) for n in range(1, READERS + 1)]
    for reader in readers:
        live(reader, books, volumes)
    for book in books:
        fitting = iter(sorted((r for r in readers if book.key not in r.met), key=lambda r: (-r.fit(book), r.number)))
        while sum(event[1] == book.key for r in readers if book.key in r.met for event in r.events) < LEAST:
            next(fitting).meet(book, below(DAYS + 1))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["reader", "key", "event", "rating", "days_ago"])
    for reader in readers:
        out.writerows(sorted(reader.events, key=lambda event: -event[4]))


if __name__ == "__main__":
    main()
