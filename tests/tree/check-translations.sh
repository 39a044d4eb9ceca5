#!/bin/sh
# Fails on a translation that is malformed, incomplete or fuzzy. Usage: check-translations.sh ROOT
fail=0
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
for po in "$1"/po/*.po; do
  msgfmt --check -o "$out/checked.mo" "$po" || fail=1
  for kind in --untranslated --only-fuzzy; do
    msgattrib "$kind" --no-obsolete -o "$out/left.po" "$po" || fail=1
    if [ -s "$out/left.po" ]; then
      echo "$po has entries for msgattrib $kind:"
      cat "$out/left.po"
      fail=1
    fi
    rm -f "$out/left.po"
  done
done
exit $fail
