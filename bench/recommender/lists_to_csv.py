#!/usr/bin/python3
"""Turns the interaction lists of the literature ("user item item …", a reader a line) into the CSV of octavo-recommend.

    bench/recommender/lists_to_csv.py train.txt > train.csv
"""

import sys


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write("user_id,item_id\n")
    with open(sys.argv[1], encoding="ascii") as lists:
        for line in lists:
            user, *items = line.split() or [""]
            sys.stdout.writelines(f"{user},{item}\n" for item in items)


main()
