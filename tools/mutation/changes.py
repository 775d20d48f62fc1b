"""The changes of one token that can be made in a C++ file: changes_of(path, text) finds them by reading tokens, without a
compiler. Some of them do not compile; whoever makes them finds that out.

What is changed: relational, logical, arithmetic and bit operators, min and max, whole and decimal numbers by one, true and false,
continue and break. What is dropped: a negation, a minus sign, a statement that only calls something. What is added: a negation
before the condition of an `if` that has no operator of its own. Binary operators are known by the blanks around them, which the
layout of the tree guarantees; brackets of templates have none.

In headers the 0 or false that a member begins with stays: it only keeps what is not set from being undefined. A CHECK is not
dropped, because it says what cannot happen while the rest of the code is right; what stands in it is changed."""

import bisect
import dataclasses
import re

OPERATORS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=",
    "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "&", "|=": "&=", "&=": "|=", "^=": "&=",
}
STEPS = {"++": "--", "--": "++"}
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min", "continue": "break", "break": "continue"}
NO_CALLS = {"return", "if", "for", "while", "switch", "case", "else", "do", "using", "CHECK", "static_assert", "co_return",
            "co_yield", "delete", "throw", "goto", "default", "public", "private", "protected", "operator", "explicit"}

TOKEN = re.compile(r"""
    (?P<blank>\s+ | //[^\n]* | /\*.*?\*/)
  | (?P<text>R"(?P<fence>[^()\s\\]{0,16})\(.*?\)(?P=fence)"s?v? | "(?:\\.|[^"\\\n])*"(?:sv?)? | '(?:\\.|[^'\\\n])+')
  | (?P<number>(?:0[xX][0-9a-fA-F']+ | (?:\d[\d']*)?\.?\d[\d']*\.?(?:[eE][+-]?\d+)?)\w*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign><=>|<<=|>>=|->\*?|\+\+|--|&&|\|\||::|[-+*/%<>=!&|^]=|<<|>>|.)
  """, re.VERBOSE | re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
NUMBER = re.compile(r"(?P<digits>0[xX][0-9a-fA-F']+|[\d']*\.?[\d']+)(?P<rest>.*)")


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    begin: int

    @property
    def end(self):
        return self.begin + len(self.text)


@dataclasses.dataclass(frozen=True)
class Change:
    path: str
    line: int
    begin: int        # Offsets in the file's text.
    end: int
    original: str
    replacement: str  # Empty: dropped.
    source: str       # The line, without blanks at its ends.
    number: int       # 1 for the first such change in a line of this text, 2 for the second …

    @property
    def name(self):
        """What it does, as in the list of changes without effect; `source` and this name it whatever line it stands in."""
        number = f" #{self.number}" if self.number > 1 else ""
        return f"`{self.original}` -> `{self.replacement}`{number}"

    @property
    def key(self):
        return f"{self.path}\t{self.source}\t{self.name}"

    def applied_to(self, text):
        return text[:self.begin] + self.replacement + text[self.end:]

    def __str__(self):
        return f"{self.path}:{self.line}: {self.name} in: {self.source}"


def changes_of(path, text):
    tokens = _tokens(text)
    found = [*_changed_tokens(path, text, tokens), *_dropped_calls(text, tokens), *_negated_conditions(tokens)]
    starts = [0] + [match.end() for match in re.finditer("\n", text)]
    lines = text.split("\n")
    seen = {}
    changes = []
    for begin, end, replacement in sorted(found):
        line = bisect.bisect_right(starts, begin)
        source = lines[line - 1].strip()
        original = " ".join(text[begin:end].split())
        kind = (source, original, replacement)
        seen[kind] = seen.get(kind, 0) + 1
        changes.append(Change(path, line, begin, end, original, replacement, source, seen[kind]))
    return changes


def _tokens(text):
    """Without comments and directives; operator names like operator== count as one word."""
    text = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    tokens = [Token(match.lastgroup if match.lastgroup != "fence" else "text", match[0], match.start())
              for match in TOKEN.finditer(text)]
    tokens = [token for token in tokens if token.kind != "blank"]
    return [token for i, token in enumerate(tokens)
            if not (token.kind == "sign" and i > 0 and tokens[i - 1].text == "operator")]


def _changed_tokens(path, text, tokens):
    skipped = _left_as_they_are(tokens) | (_initial_nothings(tokens) if path.endswith(".h") else set())
    for i, token in enumerate(tokens):
        if i in skipped:
            continue
        before = tokens[i - 1] if i > 0 else None
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if token.kind == "number":
            for replacement in _numbers_beside(token.text):
                yield token.begin, token.end, replacement
        elif token.kind == "word" and token.text in WORDS and _is_value_or_call(token, before, after):
            yield token.begin, token.end, WORDS[token.text]
        elif token.kind == "sign":
            yield from _changed_signs(text, token, before, after)


def _changed_signs(text, token, before, after):
    if token.text in STEPS:
        yield token.begin, token.end, STEPS[token.text]
    elif token.text == "!" or (token.text == "-" and _is_prefix(text, token, before) and after.kind != "number"):
        yield token.begin, token.end, ""
    elif token.text in OPERATORS and _has_blanks_around(text, token) and "text" not in (before.kind, after.kind):
        yield token.begin, token.end, OPERATORS[token.text]


def _is_value_or_call(token, before, after):
    if token.text in ("min", "max"):
        return before is not None and before.text in ("::", ".") and after is not None and after.text in ("(", "<")
    return True


def _is_prefix(text, token, before):
    return (not text[token.end:token.end + 1].isspace()
            and (before is None or before.kind == "sign" and before.text not in (")", "]", "}") or before.text == "return"))


def _has_blanks_around(text, token):
    return text[token.begin - 1:token.begin].isspace() and text[token.end:token.end + 1].isspace()


def _numbers_beside(number):
    match = NUMBER.fullmatch(number)
    if match is None:
        return []
    digits = match["digits"].replace("'", "")
    rest = match["rest"]
    if "x" in digits.lower():
        value = int(digits, 16)
        return [f"{value + 1:#x}{rest}"]
    if "." in digits or rest[:1] in (".", "e", "E"):
        return [f"({number} + 1)", f"({number} - 1)"] if not rest.strip("0123456789.eE+-fF") else []
    value = int(digits)
    return [f"{value + 1}{rest}"] + ([f"{value - 1}{rest}"] if value > 0 else [])


def _left_as_they_are(tokens):
    """The indices of static assertions, of the numbers of enumerators, which adapters hold against the contract, and of what is
    reserved in memory, which nobody sees."""
    skipped = set()
    for start, token in enumerate(tokens):
        opening = {"static_assert": "(", "enum": "{", "reserve": "("}.get(token.text)
        if opening is not None:
            first = next(i for i in range(start, len(tokens)) if tokens[i].text in (opening, ";"))
            skipped.update(range(start, _closing(tokens, first) + 1 if tokens[first].text == opening else first))
    return skipped


def _initial_nothings(tokens):
    """The indices of 0 and false in `int a = 0;`."""
    return {i for i in range(1, len(tokens) - 1)
            if tokens[i].text in ("0", "false") and tokens[i - 1].text == "=" and tokens[i + 1].text == ";"}


def _closing(tokens, opening):
    """The index of the bracket that closes the one at `opening`; the last token if none does."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    depth = 0
    for i in range(opening, len(tokens)):
        if tokens[i].text in pairs:
            depth += 1
        elif tokens[i].text in pairs.values():
            depth -= 1
            if depth == 0:
                return i
    return len(tokens) - 1


def _dropped_calls(text, tokens):
    """Statements that are a name, perhaps of a member, and the brackets of a call."""
    for i, token in enumerate(tokens):
        if token.kind != "word" or token.text in NO_CALLS or not _begins_statement(tokens, i):
            continue
        end = i
        while end + 2 < len(tokens) and tokens[end + 1].text in (".", "->", "::", "["):
            end = _closing(tokens, end + 1) if tokens[end + 1].text == "[" else end + 2
        if tokens[end].text == "reserve":
            continue
        if end + 1 >= len(tokens) or tokens[end + 1].text != "(":
            continue
        end = _closing(tokens, end + 1)
        if end + 1 < len(tokens) and tokens[end + 1].text == ";":
            yield token.begin, tokens[end].end, ""


def _begins_statement(tokens, i):
    if i == 0 or tokens[i - 1].text in (";", "{", "}", "else"):
        return True
    if tokens[i - 1].text != ")":
        return False
    depth = 0
    for start in range(i - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(tokens[start].text, 0)
        if depth == 0:
            return tokens[start - 1].text in ("if", "for", "while")
    return False


def _negated_conditions(tokens):
    """`if (x)`, where nothing else in the condition is changed."""
    for i, token in enumerate(tokens[:-1]):
        if token.text != "if" or tokens[i + 1].text != "(":
            continue
        inside = tokens[i + 2:_closing(tokens, i + 1)]
        words_in_a_row = any(a.kind == b.kind == "word" for a, b in zip(inside, inside[1:]))
        if not words_in_a_row and not any(part.text in OPERATORS or part.text in ("!", "=", ";") for part in inside):
            yield inside[0].begin, inside[0].begin, "!"
