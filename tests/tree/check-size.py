#!/usr/bin/python3
"""Fails when a file is over 600 lines or a function over 120. Usage: check-size.py ROOT"""
import pathlib
import sys

FILE_LINES, FUNCTION_LINES = 600, 120


def functions(lines):
    """(first line, length) of every function: GNU style puts its braces in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            if line.rstrip() == "}":
                yield start, number - start + 1
            start = None


def main():
    root = pathlib.Path(sys.argv[1])
    faults = []
    for folder in ("src", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]*")):
            lines = path.read_text().splitlines()
            name = path.relative_to(root)
            if len(lines) > FILE_LINES:
                faults.append(f"{name}: {len(lines)} lines, at most {FILE_LINES}")
            faults += [f"{name}:{at}: function of {n} lines, at most {FUNCTION_LINES}"
                       for at, n in functions(lines) if n > FUNCTION_LINES]
    print("\n".join(faults))
    sys.exit(bool(faults))


main()
