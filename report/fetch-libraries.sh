#!/bin/sh
# Fetches the libraries of the report page from npm's registry, with their licences and those of what they
# contain, as page/versions lists them:
#
#   report/fetch-libraries.sh           writes the files
#   report/fetch-libraries.sh --check   only says whether they are the same
#
# Nothing is written unless every file has its SHA-256. For another version, change its line, take the
# new sum from the message, and look at what d3 and Plot depend on: their licences are listed by hand.
set -eu
cd "$(dirname "$0")/src/main/resources/org/spanmatch/report/page"
registry=https://registry.npmjs.org

fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
: > "$fetched/licences.txt"
while read -r package version file sum; do
  case $package in '#'* | '') continue ;; esac
  # The archive of a package with a scope, such as @observablehq/plot, has the second half of its name.
  archive=$registry/$package/-/${package##*/}-$version.tgz
  taken=$fetched/taken
  curl -sSf "$archive" | tar xzO "package/$file" > "$taken"
  found=$(sha256sum < "$taken" | cut -d ' ' -f 1)
  if [ "$found" != "$sum" ]; then
    echo "$package $version: $file has the SHA-256 $found instead of $sum" >&2
    exit 1
  fi
  case $file in
    LICENSE) { printf '== %s %s\n' "$package" "$version"; cat "$taken"; } >> "$fetched/licences.txt" ;;
    *) cp "$taken" "$fetched/${file##*/}" ;;
  esac
done < versions

rm "$fetched/taken"
for path in "$fetched"/*; do
  name=${path##*/}
  if [ "${1:-}" = --check ]; then
    cmp "$path" "$name"
  else
    cp "$path" "$name"
    chmod 644 "$name"
  fi
done
