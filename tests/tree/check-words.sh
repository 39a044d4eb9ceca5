#!/bin/sh
# Fails on words that say something is unfinished. Usage: check-words.sh ROOT
if grep -rnE 'TODO|FIXME|XXX|HACK' "$1/src" "$1/ui" "$1/shaders" "$1/data" --include='*.[ch]' --include='*.ui' \
  --include='*.vert' --include='*.frag' --include='*.css'; then
  exit 1
fi
