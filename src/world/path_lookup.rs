//! Which program git really runs: SageMaker images have conda's `git-remote-codecommit` on PATH,
//! in front of `~/.local/bin`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{World, input_file, variable};
use crate::platform;

/// What brings our program back where [`is_pythons`] found another in its place.
pub(crate) const REINSTALL: &str = "run pip uninstall git-remote-codecommit, then install git-codecommit again \
     (with pip: pip install --force-reinstall --no-deps git-codecommit)";

/// A starter is some 100 KiB long; our programs have more than this, in bytes.
const LARGEST_STARTER: u64 = 1 << 20;

/// Folders that may come first on PATH in processes that are not this one: a lifecycle script's PATH is
/// not that of the Jupyter server.
const ELSEWHERE: [&str; 1] = ["/opt/conda/bin"];

/// The program that a name stands for in this process.
pub(crate) fn found_on_path(world: &World, name: &str) -> Option<PathBuf> {
    every(world, name).into_iter().next()
}

/// Every program of a name on PATH, in order.
pub(crate) fn every(world: &World, name: &str) -> Vec<PathBuf> {
    folders(world)
        .into_iter()
        .map(|folder| folder.join(platform::program_file(name)))
        .filter(|program| is_program(program))
        .collect()
}

/// Other programs of this name, which some process would run instead of the one in `ours`.
pub(crate) fn others(world: &World, name: &str, ours: &Path) -> Vec<PathBuf> {
    let mut others = every(world, name);
    let elsewhere = ELSEWHERE.map(|folder| Path::new(folder).join(platform::program_file(name)));
    others.extend(elsewhere.into_iter().filter(|program| is_program(program)));
    let is_other = |program: &PathBuf| !is_same(program, &ours.join(platform::program_file(name)));
    let mut distinct: Vec<PathBuf> = Vec::new();
    for other in others.into_iter().filter(is_other) {
        if !distinct.contains(&other) {
            distinct.push(other);
        }
    }
    distinct
}

/// The file that a shell starts for a path: some systems let the end of a program's name be left out.
pub(crate) fn started(path: PathBuf) -> PathBuf {
    let name = path.file_name().and_then(OsStr::to_str);
    let whole = name.map(|name| path.with_file_name(platform::program_file(name)));
    whole
        .filter(|whole| !path.is_file() && whole.is_file())
        // A shell's slashes become the system's.
        .map_or(path, |whole| whole.components().collect())
}

/// Whether two paths lead to the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Whether a program is one of Python's: a script, or a starter for Windows, as pip and uv make them.
pub(crate) fn is_pythons(program: &Path) -> bool {
    let Ok(mut file) = input_file::open(program) else {
        return false;
    };
    if !file.metadata().is_ok_and(|found| found.is_file()) {
        return false;
    }
    let mut start = [0; 512];
    let length = file.read(&mut start).unwrap_or(0);
    let start = &start[..length];
    match start {
        [b'#', b'!', ..] => is_pythons_script(start),
        [b'M', b'Z', ..] => is_pythons_starter(&mut file),
        _ => false,
    }
}

/// By the line that names the interpreter. Where that is too long for the system, or has spaces, pip writes a line for a shell
/// under it.
fn is_pythons_script(start: &[u8]) -> bool {
    let names_python = |line: &[u8]| line.windows(6).any(|word| word == b"python");
    let mut lines = start.split(|byte| *byte == b'\n');
    lines.next().is_some_and(names_python)
        || lines
            .next()
            .is_some_and(|line| line.starts_with(b"'''exec'") && names_python(line))
}

/// By the archive at its end, or by the resource in which uv has it.
///
/// Sources: PKWARE's APPNOTE.TXT, 4.3.16 (the end of a .zip without a comment); uv's crates/uv-trampoline/README.md.
fn is_pythons_starter(file: &mut File) -> bool {
    let mut end = [0; 22];
    let read = file
        .seek(SeekFrom::End(-22))
        .and_then(|_| file.read_exact(&mut end));
    if read.is_ok() && (end.starts_with(b"PK\x05\x06") || end.ends_with(b"UVSC")) {
        return true;
    }
    let mut whole = Vec::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(LARGEST_STARTER + 1).read_to_end(&mut whole));
    let name: Vec<u8> = "UV_SCRIPT_DATA"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    read.is_ok_and(|length| length as u64 <= LARGEST_STARTER)
        && whole.windows(name.len()).any(|part| part == name)
}

fn folders(world: &World) -> Vec<PathBuf> {
    let path = world.path(variable::PATH).unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect()
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| platform::is_program(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_python_are_told_from_those_that_only_name_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("program");
        let uv = |end: &[u8]| {
            let name = "UV_SCRIPT_DATA".encode_utf16().flat_map(u16::to_le_bytes);
            let start = b"MZ\0\0".iter().copied();
            start.chain(name).chain(end.iter().copied()).collect()
        };
        let large = vec![0; 1 << 20];
        let cases: [(Vec<u8>, bool); 8] = [
            (b"#!/usr/bin/env python3\n".to_vec(), true),
            (b"#!/bin/sh\n'''exec' /a/python x\n".to_vec(), true),
            (
                b"#!/bin/sh\nPATH=/opt/python3/bin:$PATH\nexec ours\n".to_vec(),
                false,
            ),
            (b"#!/bin/sh\n# python\n".to_vec(), false),
            (uv(b""), true),
            (uv(&large), false),
            ([&b"MZ\0\0 python "[..], &[0; 30], b"UVSC"].concat(), true),
            (
                b"MZ\0\0 python PK\x05\x06 and more than 22 bytes".to_vec(),
                false,
            ),
        ];
        for (content, is_one) in cases {
            std::fs::write(&file, &content).unwrap();
            let start = String::from_utf8_lossy(&content[..content.len().min(60)]);
            assert_eq!(is_pythons(&file), is_one, "{start}");
        }
    }
}
