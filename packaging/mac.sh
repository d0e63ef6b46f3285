#!/usr/bin/env bash
# Builds the programs for macOS, on a Mac, for both of its processors, and installs them: scripts/release packs them elsewhere.
#
# usage: packaging/mac.sh FOLDER     writes FOLDER/TARGET/PROGRAM; then: scripts/release --programs FOLDER TARGET...
#
# It needs Rust (with rustup), git, Python and Xcode's command line tools; and, for the programs of x86_64 on the other
# processor, Rosetta. It runs with the tools of macOS alone, such as its bash 3.2.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
fail() { echo "packaging/mac.sh: $1" >&2; exit 1; }
[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
[ "$(uname -s)" = Darwin ] || fail 'this is not a Mac: scripts/release --quick aarch64-apple-darwin compiles and links elsewhere'
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$root"
version=''   # set by read_version
# shellcheck source=/dev/null
. packaging/archive.sh
read_version

export MACOSX_DEPLOYMENT_TARGET=11.0 CARGO_INCREMENTAL=0
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$root=."
for target in aarch64-apple-darwin x86_64-apple-darwin; do
  rustup target add "$target"
  cargo build --release --locked --package git-codecommit --bins --target "$target"
  stage_programs "target/$target/release" "$folder/$target"
  python3 packaging/macho.py "${target%%-*}" "$folder/$target"/git-*codecommit
  # Installed as a person installs it, from an archive, and removed.
  place=$(mktemp -d)
  tar -czf "$place/archive.tar.gz" -C "$folder" "$target"
  ./install.sh --from "$place/archive.tar.gz" --prefix "$place/prefix" --no-setup --quiet
  [ "$("$place/prefix/bin/git-codecommit" version)" = "git-codecommit $version" ] || fail "the programs for $target have another version"
  ./install.sh --uninstall --prefix "$place/prefix" --no-setup --quiet
  [ ! -e "$place/prefix" ] || fail "install.sh left something in $place/prefix"
  rm -rf "$place"
done
