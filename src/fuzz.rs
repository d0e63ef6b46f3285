//! What holds for every input that others make, one target for each kind: `scripts/fuzz` looks for one that breaks it.
//!
//! Compiled for tests and under `--cfg fuzzing` only: no part of the library.

#![expect(
    clippy::expect_used,
    reason = "a property that does not hold ends the program"
)]

use crate::{address, credential, credentials, git, profile, remote};

type Property = fn(&[u8]);

const TARGETS: &[(&str, Property)] = &[
    ("address", address::fuzz::holds),
    ("advertisement", remote::fuzz::advertisement_holds),
    ("answers", credentials::fuzz::answers_hold),
    ("commands", remote::fuzz::commands_hold),
    ("credential", credential::fuzz::holds),
    ("git-config", git::config::fuzz::holds),
    #[cfg(unix)]
    ("ini", crate::setup::fuzz::holds),
    ("packets", remote::fuzz::packets_hold),
    ("profile", profile::fuzz::holds),
    ("session", credentials::cache::fuzz::holds),
    ("sts", credentials::sts_answer_holds),
];

/// Panics if the property of a target does not hold for an input, or if there is no such target.
pub fn check(target: &str, input: &[u8]) {
    let mut targets = TARGETS.iter();
    let found = targets.find(|(name, _)| *name == target);
    let (_, holds) = found.expect("a name in TARGETS");
    holds(input);
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// Inputs of each target, unless `FUZZ_EXECUTIONS` says how many.
    const EXECUTIONS: usize = 1000;

    fn folder(target: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(target)
    }

    /// The inputs that are kept, in the order of their names.
    fn corpus(target: &str) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(folder(target)).unwrap();
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{target} has no corpus");
        files
            .iter()
            .map(|file| std::fs::read(file).unwrap())
            .collect()
    }

    /// Changes an input as libFuzzer does, without its knowledge of the code.
    fn mutate(input: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut fastrand::Rng) {
        let at = random.usize(..=input.len());
        let end = random.usize(at..=input.len().min(at + 12));
        let other = &corpus[random.usize(..corpus.len())];
        let start = random.usize(..=other.len());
        let piece = &other[start..random.usize(start..=other.len().min(start + 24))];
        match random.u8(..6) {
            0 if at < input.len() => input[at] = random.u8(..),
            1 if at < input.len() => input[at] ^= 1 << random.u8(..8),
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 => drop(input.splice(at..end, piece.iter().copied())),
            _ => drop(input.splice(at..at, piece.iter().copied())),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the number of executions is this test's own setting"
    )]
    fn executions() -> usize {
        let number = std::env::var("FUZZ_EXECUTIONS").ok();
        number.map_or(EXECUTIONS, |number| number.parse().unwrap())
    }

    fn try_out(target: &str) {
        let corpus = corpus(target);
        let mut random = fastrand::Rng::with_seed(20_261_128);
        let check = |input: &[u8]| {
            let shown = format!("{target}: {}", input.escape_ascii());
            let held = std::panic::catch_unwind(|| check(target, input));
            assert!(held.is_ok(), "{shown}");
        };
        corpus.iter().for_each(|input| check(input));
        for _ in corpus.len()..executions() {
            let mut input = corpus[random.usize(..corpus.len())].clone();
            for _ in 0..random.usize(1..6) {
                mutate(&mut input, &corpus, &mut random);
            }
            check(&input);
        }
    }

    #[test]
    fn every_target_has_a_corpus_and_a_program() {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
        for (target, _) in TARGETS {
            corpus(target);
            let program = programs.join(target).with_extension("rs");
            let text = std::fs::read_to_string(&program).unwrap();
            assert!(
                text.contains(&format!("check(\"{target}\", data)")),
                "{program:?}"
            );
        }
        assert_eq!(std::fs::read_dir(programs).unwrap().count(), TARGETS.len());
    }

    macro_rules! targets {
        ($($name:ident = $target:literal,)*) => {
            $(#[test]
            fn $name() {
                try_out($target);
            })*

            #[test]
            fn every_target_is_tried_out() {
                let tried = [$($target),*];
                assert_eq!(tried.as_slice(), TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
            }
        };
    }

    targets! {
        address = "address",
        advertisement = "advertisement",
        answers = "answers",
        commands = "commands",
        credential = "credential",
        git_config = "git-config",
        ini = "ini",
        packets = "packets",
        profile = "profile",
        session = "session",
        sts = "sts",
    }
}
