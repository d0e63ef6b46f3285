# shellcheck shell=bash disable=SC2034,SC2154  # those that read it set root, call read_version first, and use "version"
# Read by scripts/release and scripts/package: the archive of the programs for install.sh.

# Sets "version", and the time that every file of a release has: that of the commit.
read_version() {
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
  export SOURCE_DATE_EPOCH
}

# Copies the three programs, install.sh and the license from a folder of programs to a new folder.
stage_programs() {
  local programs=$1 stage=$2 program
  mkdir -p "$stage"
  for program in git-codecommit git-credential-codecommit git-remote-codecommit; do
    [ -f "$programs/$program" ] || fail "$programs has no $program"
    install -m 755 "$programs/$program" "$stage/$program"
  done
  install -m 755 "$root/install.sh" "$stage/install.sh"
  install -m 644 "$root/LICENSE" "$stage/LICENSE"
}

# Writes a folder to an archive: the same files give the same bytes.
pack() {
  local folder=$1 archive=$2
  tar -C "$(dirname "$folder")" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --mode=u+w,go-w -cf - "$(basename "$folder")" | gzip -9n >"$archive.new"
  mv -f "$archive.new" "$archive"
}
