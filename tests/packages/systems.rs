//! A release for every system, packed here from programs that are not run: macOS's and Windows' archives, wheels, bills of
//! materials and licenses. What a Mac's programs must be is looked up in their headers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use local_aws::skip_even_in_ci;

use super::signed::stand_ins;
use super::{Outcome, PROGRAMS, file, files, run, text};

const AARCH64: u32 = 0x0100_000c;
const X86_64: u32 = 0x0100_0007;
const SYSTEM: &str = "/usr/lib/libSystem.B.dylib";
const SIGNED: bool = true;

/// The smallest program for macOS: its header, the oldest macOS, a library, and a signature. Source: <mach-o/loader.h>.
fn for_mac(processor: u32, library: &str, is_signed: bool) -> Vec<u8> {
    let mut commands = vec![vec![0x32, 24, 1, 11 << 16, 11 << 16, 0]];
    let mut name = library.as_bytes().to_vec();
    name.resize(library.len() / 4 * 4 + 4, 0);
    let mut load = vec![0xc, 24 + u32::try_from(name.len()).unwrap(), 24, 0, 0, 0];
    load.extend(
        name.chunks(4)
            .map(|four| u32::from_le_bytes(four.try_into().unwrap())),
    );
    commands.push(load);
    if is_signed {
        commands.push(vec![0x1d, 16, 0, 0]);
    }
    let (count, size) = (
        commands.len(),
        commands.iter().map(|one| one.len() * 4).sum::<usize>(),
    );
    let (count, size) = (u32::try_from(count).unwrap(), u32::try_from(size).unwrap());
    let mut words = vec![0xfeed_facf, processor, 0, 2, count, size, 0x20_0000, 0];
    words.extend(commands.concat());
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn checked(processor: &str, program: &[u8]) -> Outcome {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("program");
    std::fs::write(&path, program).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/macho.py");
    run(
        Path::new("python3"),
        &[text(&script), processor, text(&path)],
    )
}

#[test]
fn a_program_that_no_mac_would_start_is_not_packed() {
    checked("aarch64", &for_mac(AARCH64, SYSTEM, SIGNED)).succeeded();
    checked("x86_64", &for_mac(X86_64, SYSTEM, !SIGNED)).succeeded();
    let mut newer = for_mac(AARCH64, SYSTEM, SIGNED);
    // The oldest macOS, in its load command.
    newer[32 + 14] = 12;
    for (processor, program, problem) in [
        (
            "aarch64",
            b"#!/bin/sh\n".to_vec(),
            "is not a program for macOS",
        ),
        (
            "x86_64",
            for_mac(AARCH64, SYSTEM, SIGNED),
            "is not a program for x86_64",
        ),
        (
            "aarch64",
            for_mac(AARCH64, SYSTEM, !SIGNED),
            "is not signed, and this processor starts no such program",
        ),
        (
            "aarch64",
            for_mac(AARCH64, "/opt/homebrew/lib/libssl.3.dylib", SIGNED),
            "loads /opt/homebrew/lib/libssl.3.dylib, which is not the system's",
        ),
        ("aarch64", newer, "does not start on macOS 11"),
    ] {
        let said = checked(processor, &program).failed();
        assert!(said.stderr.contains(problem), "{problem}: {said:?}");
    }
}

/// The names in the bill of materials of a platform.
pub(super) fn billed(release: &Path, platform: &str) -> BTreeSet<String> {
    let bill = file(release, &format!("-{platform}.cdx.json"));
    let bill = std::fs::read_to_string(bill).unwrap();
    let bill: serde_json::Value = serde_json::from_str(&bill).unwrap();
    assert_eq!(bill["specVersion"], "1.6");
    let components = bill["components"].as_array().unwrap().iter();
    components
        .map(|component| component["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Makes a release for these targets of programs that nobody runs, except this machine's.
fn release_of(place: &Path, targets: &[&str]) -> (PathBuf, Outcome) {
    let programs = place.join("programs");
    std::fs::create_dir(&programs).unwrap();
    for target in targets {
        let folder = programs.join(target);
        let (content, end) = match *target {
            "aarch64-apple-darwin" => (for_mac(AARCH64, SYSTEM, SIGNED), ""),
            "x86_64-apple-darwin" => (for_mac(X86_64, SYSTEM, SIGNED), ""),
            "x86_64-pc-windows-gnu" => (b"MZ".to_vec(), ".exe"),
            _ => {
                stand_ins(&folder);
                continue;
            }
        };
        std::fs::create_dir(&folder).unwrap();
        for program in PROGRAMS {
            std::fs::write(folder.join(format!("{program}{end}")), &content).unwrap();
        }
    }
    let output = place.join("dist");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/release");
    let options = ["--programs", text(&programs), "--output", text(&output)];
    let url = ["--url", "https://example.com/releases/download/v1"];
    let said = run(&script, &[&options[..], &url, targets].concat()).succeeded();
    (output, said)
}

/// Installs a wheel as pip does for a platform, and returns the folder of its programs.
pub(super) fn installed(wheel: &Path, place: &Path, platform: &str) -> PathBuf {
    let target = place.join(platform);
    let arguments = [
        "-m",
        "pip",
        "install",
        "--no-index",
        "--no-deps",
        "--no-compile",
        "--only-binary",
        ":all:",
        "--platform",
        platform,
        "--target",
        text(&target),
        text(wheel),
    ];
    run(Path::new("python3"), &arguments).succeeded();
    // pip has compared each file with the wheel's RECORD; nothing but programs and their description is there.
    let placed = files(&target);
    let others = placed.iter().filter(|path| !path.starts_with("bin"));
    for other in others {
        let folder = text(other).split('/').next().unwrap();
        assert!(folder.ends_with(".dist-info"), "{placed:?}");
    }
    target.join("bin")
}

/// The one wheel of a platform.
fn wheel(release: &Path, platform: &str) -> PathBuf {
    file(release, &format!("-py3-none-{platform}.whl"))
}

/// A file of an archive.
fn packed(archive: &Path, name: &str) -> String {
    let folder = archive.file_name().unwrap().to_str().unwrap();
    let folder = folder
        .trim_end_matches(".tar.gz")
        .trim_end_matches(".zip")
        .to_owned();
    let inside = format!("{folder}/{name}");
    let lines = "import sys, tarfile, zipfile\n\
                 archive, name = sys.argv[1:]\n\
                 data = zipfile.ZipFile(archive).read(name) if archive.endswith('.zip') \
                 else tarfile.open(archive).extractfile(name).read()\n\
                 sys.stdout.buffer.write(data)";
    run(Path::new("python3"), &["-c", lines, text(archive), &inside])
        .succeeded()
        .stdout
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_release_for_macos_has_archives_and_wheels() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return skip_even_in_ci("Linux on x86_64");
    }
    let place = tempfile::tempdir().unwrap();
    let targets = [super::TARGET, "aarch64-apple-darwin", "x86_64-apple-darwin"];
    let (release, said) = release_of(place.path(), &targets);
    for left_out in said.stdout.lines().filter(|line| line.contains("left out")) {
        assert!(left_out.contains("x86_64_windows_"), "{left_out}");
    }
    for (platform, tag) in [
        ("aarch64-macos", "macosx_11_0_arm64"),
        ("x86_64-macos", "macosx_11_0_x86_64"),
    ] {
        let names = PROGRAMS.map(PathBuf::from).into();
        let placed = installed(&wheel(&release, tag), place.path(), tag);
        assert_eq!(files(&placed), names);
        let archive = file(&release, &format!("-{platform}.tar.gz"));
        assert!(packed(&archive, "install.sh").starts_with("#!/bin/sh"));
        assert!(packed(&archive, "man/git-codecommit.1").contains("codecommit"));
        let notice = packed(&archive, "NOTICE");
        assert!(
            notice.contains("\nsecurity-framework ") && !notice.contains("\nmusl"),
            "{platform}"
        );
        let billed = billed(&release, platform);
        assert!(billed.contains("security-framework") && billed.contains("rust-std"));
        assert!(!billed.contains("musl") && !billed.contains("windows-sys"));
    }
    let linux = packed(&file(&release, "-x86_64-linux.tar.gz"), "NOTICE");
    assert!(linux.contains("Rich Felker") && !linux.contains("\nsecurity-framework "));
}

#[test]
#[ignore = "needs packages of PyPI: scripts/test"]
fn a_release_for_windows_has_a_zip_and_a_wheel() {
    let license = "/usr/share/doc/mingw-w64-x86-64-dev/copyright";
    if !Path::new(license).exists() {
        return skip_even_in_ci("gcc-mingw-w64-x86-64, whose license is asked for");
    }
    let place = tempfile::tempdir().unwrap();
    let (release, _) = release_of(
        place.path(),
        &["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"],
    );
    let names = PROGRAMS.map(|name| PathBuf::from(format!("{name}.exe")));
    let tag = "win_amd64";
    let placed = installed(&wheel(&release, tag), place.path(), tag);
    assert_eq!(files(&placed), names.into());
    let archive = file(&release, "-x86_64-windows.zip");
    let notice = packed(&archive, "NOTICE");
    for part in [
        "\nwindows-sys ",
        "\nmingw-w64-runtime (",
        "\nlibgcc (",
        "Disclaimer",
    ] {
        assert!(notice.contains(part), "{part}");
    }
    assert!(!notice.contains("Rich Felker"));
    let billed = billed(&release, "x86_64-windows");
    assert!(billed.contains("mingw-w64-runtime") && billed.contains("schannel"));
    assert!(!billed.contains("musl") && !billed.contains("linux-raw-sys"));
}

/// scripts/check compiles for other systems only with what is there: neither a fresh machine nor CI waits for a compiler.
#[test]
fn a_check_of_other_systems_needs_what_an_earlier_release_has_left() {
    let place = tempfile::tempdir().unwrap();
    let cache = text(place.path());
    let ask = |target: &str| {
        let lines = format!(
            "root=$PWD XDG_CACHE_HOME='{cache}'; . packaging/toolchain.sh; echo \"$tools\"; can_check_target {target}"
        );
        run(Path::new("bash"), &["-c", &lines])
    };
    let said = ask("aarch64-apple-darwin").failed();
    assert!(std::fs::read_dir(cache).unwrap().next().is_none());
    let tools = PathBuf::from(said.stdout.trim());
    for folder in [
        tools,
        place.path().join("git-codecommit/debian-rust-1.96.0"),
    ] {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("complete"), "").unwrap();
    }
    ask("aarch64-apple-darwin").succeeded();
    ask("aarch64-unknown-linux-musl").succeeded();
}

#[test]
fn programs_without_a_folder_for_any_target_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/release");
    let arguments = [
        "--programs",
        text(place.path()),
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
    ];
    let said = run(&script, &arguments);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(
        said.stderr.contains("has no folder for any of the targets"),
        "{said:?}"
    );
}
