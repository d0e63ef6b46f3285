#!/bin/sh
# Puts git-codecommit's three programs in place.
#
# usage: install.sh [--from DIR] [--prefix DIR] [--no-setup]
#   --from DIR     folder that holds the three programs; without it, in a checkout, they are built
#   --prefix DIR   they go to DIR/bin (default: ~/.local)
#   --no-setup     change no configuration (this version never does)
#
# Nothing is downloaded but what cargo needs for a build, and no sudo is used. The new programs are
# copied beside the old ones and tried before the first is replaced, each in one step: a git command
# that runs meanwhile sees the old one or the new one.
# shellcheck shell=dash
set -eu

PROGRAMS='git-remote-codecommit git-credential-codecommit git-codecommit'

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  if [ -n "${2-}" ]; then printf 'hint: %s\n' "$2" >&2; fi
  exit "${3:-1}"
}

usage() {
  sed -n '4,7s/^# \{0,1\}//p' "$0"
}

# The whole path of a folder.
absolute() {
  CDPATH='' cd -- "$1" && pwd
}

# The checkout that this script stands in: not whatever project the shell happens to be in.
checkout() {
  here=$(absolute "$(dirname -- "$0")") || return 1
  grep -q '^name = "git-codecommit"$' "$here/Cargo.toml" 2>/dev/null && printf '%s\n' "$here"
}

build() {
  root=$(checkout) || fail 'there is nothing to install from' 'name a folder: --from DIR' 2
  command -v cargo >/dev/null 2>&1 ||
    fail 'building needs cargo' 'see https://rustup.rs, or name a folder of built programs: --from DIR'
  echo "building in $root (this takes a few minutes)" >&2
  (cd "$root" && cargo build --release --quiet --locked --bins --target-dir "$root/target") ||
    fail 'the build failed'
  printf '%s\n' "$root/target/release"
}

# Copies the programs to hidden names in their folder, tries them, and only then renames them.
place() {
  for program in $PROGRAMS; do
    [ -f "$1/$program" ] || fail "$1 does not hold $program" 'name the folder of the three programs: --from DIR' 2
  done
  mkdir -p -- "$2" || fail "cannot make $2" 'choose another folder: --prefix DIR'
  for program in $PROGRAMS; do
    [ ! -d "$2/$program" ] || fail "$2/$program is a folder" 'move it away, or choose another folder: --prefix DIR'
  done
  staged=$2/.git-codecommit.$$
  trap 'rm -f -- "$staged".*' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for program in $PROGRAMS; do
    { cp -- "$1/$program" "$staged.$program" && chmod 755 "$staged.$program"; } ||
      fail "cannot write to $2" 'check the folder and the free space, or choose another: --prefix DIR'
  done
  version=$("$staged.git-codecommit" version) ||
    fail "$1/git-codecommit does not run on this machine" 'check that it was built for this processor and system'
  for program in $PROGRAMS; do
    mv -f -- "$staged.$program" "$2/$program" ||
      fail "cannot write $2/$program" 'check the folder, or choose another: --prefix DIR'
  done
}

# Git must find ours, not a git-remote-codecommit of conda or pip that comes first on PATH.
check_path() {
  found=$(command -v git-remote-codecommit || true)
  if [ -z "$found" ]; then
    echo "hint: add $1 to PATH: git finds its helpers there" >&2
  elif [ "$(absolute "$(dirname -- "$found")")" != "$1" ]; then
    echo "hint: $found comes first on PATH and hides the new one: put $1 in front" >&2
  fi
}

main() {
  from='' prefix=''
  while [ $# -gt 0 ]; do
    option=$1 value=''
    case $option in
      --from=* | --prefix=*) value=${option#*=} option=${option%%=*} ;;
      --from | --prefix)
        if [ $# -ge 2 ]; then value=$2; shift; fi
        ;;
    esac
    case $option in
      --from | --prefix)
        [ -n "$value" ] || fail "$option needs a folder" '' 2
        if [ "$option" = --from ]; then from=$value; else prefix=$value; fi
        ;;
      --no-setup) ;;
      -h | --help) usage; exit 0 ;;
      *) fail "unknown option $option" 'install.sh --help lists the options' 2 ;;
    esac
    shift
  done
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set' 'name a folder: --prefix DIR' 2
    prefix=$HOME/.local
  fi
  if [ -z "$from" ]; then from=$(build); fi
  place "$from" "$prefix/bin"
  bin=$(absolute "$prefix/bin")
  echo "installed $version in $bin"
  check_path "$bin"
}

main "$@"
