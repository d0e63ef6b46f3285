#!/bin/sh
# Puts git-codecommit's three programs in place.
#
# usage: install.sh [--from DIR] [--prefix DIR] [--no-setup]
#   --from DIR     folder that holds the three programs; without it, in a checkout, they are built
#   --prefix DIR   they go to DIR/bin (default: ~/.local)
#   --no-setup     change no configuration (this version never does)
#
# Nothing is downloaded, no sudo is used, and each program is replaced in one step: a git command
# that runs meanwhile sees the old one or the new one.
# shellcheck shell=dash
set -eu

PROGRAMS='git-remote-codecommit git-credential-codecommit git-codecommit'

fail() {
  echo "install.sh: $1" >&2
  if [ -n "${2-}" ]; then echo "hint: $2" >&2; fi
  exit "${3:-1}"
}

usage() {
  sed -n '4,7s/^# \{0,1\}//p' "$0"
}

# The folder that this script stands in, if it is a checkout.
checkout() {
  here=$(cd "$(dirname "$0")" && pwd) || return 1
  [ -f "$here/Cargo.toml" ] && echo "$here"
}

build() {
  root=$(checkout) || fail 'there is nothing to install from' 'name a folder: --from DIR' 2
  command -v cargo >/dev/null 2>&1 ||
    fail 'building needs cargo' 'see https://rustup.rs, or name a folder of built programs: --from DIR'
  echo "building in $root (this takes a few minutes)" >&2
  (cd "$root" && cargo build --release --quiet --bins) || fail 'the build failed'
  echo "${CARGO_TARGET_DIR:-$root/target}/release"
}

# Every program must be there and start before the first one is replaced.
verify() {
  for program in $PROGRAMS; do
    [ -f "$1/$program" ] || fail "$1 does not hold $program" 'name the folder of the three programs: --from DIR' 2
  done
  version=$("$1/git-codecommit" version 2>/dev/null) ||
    fail "$1/git-codecommit does not run on this machine" 'check that it was built for this processor and system'
}

place() {
  mkdir -p "$2" || fail "cannot make $2" 'choose another folder: --prefix DIR'
  for program in $PROGRAMS; do
    new=$2/.$program.$$
    trap 'rm -f "$new"' EXIT HUP INT TERM
    { cp "$1/$program" "$new" && chmod 755 "$new" && mv -f "$new" "$2/$program"; } ||
      fail "cannot write $2/$program" 'check the folder and the free space, or choose another: --prefix DIR'
    trap - EXIT HUP INT TERM
  done
}

# Git must find ours, not a git-remote-codecommit of conda or pip that comes first on PATH.
check_path() {
  found=$(command -v git-remote-codecommit || true)
  case $found in
    "$1/git-remote-codecommit") return ;;
    '') echo "hint: add $1 to PATH: git finds its helpers there" >&2 ;;
    *) echo "hint: $found comes first on PATH and hides the new one: put $1 in front" >&2 ;;
  esac
}

main() {
  from='' prefix=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from | --prefix)
        if [ $# -lt 2 ] || [ -z "$2" ]; then fail "$1 needs a folder" '' 2; fi
        if [ "$1" = --from ]; then from=$2; else prefix=$2; fi
        shift
        ;;
      --no-setup) ;;
      -h | --help) usage; exit 0 ;;
      *) fail "unknown option $1" 'install.sh --help lists the options' 2 ;;
    esac
    shift
  done
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set' 'name a folder: --prefix DIR' 2
    prefix=$HOME/.local
  fi
  if [ -z "$from" ]; then from=$(build); fi
  verify "$from"
  place "$from" "$prefix/bin"
  echo "installed $version in $prefix/bin"
  check_path "$prefix/bin"
}

main "$@"
