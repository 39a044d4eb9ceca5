#!/bin/sh
# Fails when clang-format would change a source file. Usage: check-format.sh ROOT
find "$1/src" "$1/tests" '(' -name '*.[ch]' -o -name '*.[ch]pp' ')' -exec clang-format --dry-run -Werror {} +
