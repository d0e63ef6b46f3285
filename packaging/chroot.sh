#!/usr/bin/env bash
# Makes a Debian system with git in the user's cache folder, once, for the tests of packages; prints the system's folder.
#
# usage: packaging/chroot.sh SUITE     such as bookworm; needs root, debootstrap, and Debian's packages
set -euo pipefail
[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/git-codecommit/chroots/$1
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
if [ ! -e "$folder.complete" ]; then
  rm -rf --one-file-system "$folder"
  timeout 900 debootstrap --variant=minbase --include=ca-certificates,git "$1" "$folder" >"$folder.log" 2>&1 9>&- ||
    { tail -n 5 "$folder.log" >&2; exit 1; }
  rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
  # Debian's installer writes this file, debootstrap does not.
  echo '127.0.0.1 localhost' >"$folder/etc/hosts"
  touch "$folder.complete"
fi
echo "$folder"
