#!/usr/bin/python3
"""Fails unless po/POTFILES.in lists exactly the files with translatable text, sorted. Usage: check-potfiles.py ROOT"""
import pathlib
import re
import sys

MARKED = {
    ".c": re.compile(r'\b(_|N_|Q_|C_|NC_|ngettext|g_dngettext)\s*\(\s*"'),
    ".ui": re.compile(r'translatable="(yes|1)"'),
    ".in": re.compile(r"^(Name|Comment|Keywords)=|<(p|name|summary)>", re.M),
}


def main():
    root = pathlib.Path(sys.argv[1])
    found = sorted(str(path.relative_to(root)) for folder in ("data", "src", "ui") for path in (root / folder).rglob("*")
                   if path.suffix in MARKED and MARKED[path.suffix].search(path.read_text()))
    listed = (root / "po" / "POTFILES.in").read_text().split()
    faults = [f"po/POTFILES.in: {name} is missing" for name in found if name not in listed]
    faults += [f"po/POTFILES.in: {name} has nothing to translate" for name in listed if name not in found]
    if listed != sorted(listed):
        faults.append("po/POTFILES.in: not sorted")
    print("\n".join(faults))
    sys.exit(bool(faults))


main()
