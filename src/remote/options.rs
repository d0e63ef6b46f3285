//! `option <name> <value>`: what git asks for, and the arguments it becomes.
//!
//! Source: git's `Documentation/gitremote-helpers.adoc`, and `remote-curl`'s use of `fetch-pack` and `send-pack`.

use std::ffi::OsString;

use crate::http::Family;
use crate::platform;

#[derive(Debug, Default)]
pub(super) struct Options {
    verbosity: Option<i32>,
    progress: Option<bool>,
    /// Git wants `list` to start with the repository's object format.
    pub(super) object_format: bool,
    /// The addresses that may be used.
    pub(super) family: Family,
    depth: Option<u64>,
    deepen_since: Option<OsString>,
    deepen_not: Vec<OsString>,
    deepen_relative: bool,
    filter: Option<OsString>,
    follow_tags: bool,
    check_connectivity: bool,
    cloning: bool,
    update_shallow: bool,
    from_promisor: bool,
    refetch: bool,
    dry_run: bool,
    atomic: bool,
    signed: Option<&'static str>,
    push_options: Vec<OsString>,
    cas: Vec<OsString>,
    force_if_includes: bool,
}

/// The answer to an `option` command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Ok,
    Unsupported,
    Invalid,
}

impl Reply {
    pub(super) fn line(&self) -> &'static str {
        match self {
            Self::Ok => "ok\n",
            Self::Unsupported => "unsupported\n",
            Self::Invalid => "error invalid value\n",
        }
    }
}

impl Options {
    /// Takes what stands behind `option `. A value that is left out means `true`.
    pub(super) fn set(&mut self, text: &[u8]) -> Reply {
        let (name, value) = match text.iter().position(|b| *b == b' ') {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &b"true"[..]),
        };
        // Values that need it are quoted in C style.
        let Ok((value, _)) = gix_quote::ansi_c::undo(value.into()) else {
            return Reply::Invalid;
        };
        let value: &[u8] = value.as_ref();
        match name {
            b"verbosity" => number(value, &mut self.verbosity),
            b"progress" => match flag(value) {
                Some(on) => {
                    self.progress = Some(on);
                    Reply::Ok
                }
                None => Reply::Invalid,
            },
            b"object-format" => switch(value, &mut self.object_format),
            b"depth" => number(value, &mut self.depth),
            b"deepen-since" => text_of(value, &mut self.deepen_since),
            b"deepen-not" => push(value, &mut self.deepen_not),
            b"deepen-relative" => switch(value, &mut self.deepen_relative),
            b"filter" => text_of(value, &mut self.filter),
            b"followtags" => switch(value, &mut self.follow_tags),
            b"check-connectivity" => switch(value, &mut self.check_connectivity),
            b"cloning" => switch(value, &mut self.cloning),
            b"update-shallow" => switch(value, &mut self.update_shallow),
            // Git sends `1` or `yes` for these; any value counts.
            b"from-promisor" => on(&mut self.from_promisor),
            b"refetch" => on(&mut self.refetch),
            b"dry-run" => switch(value, &mut self.dry_run),
            b"atomic" => switch(value, &mut self.atomic),
            b"force-if-includes" => switch(value, &mut self.force_if_includes),
            b"pushcert" => {
                self.signed = match value {
                    b"true" => Some("--signed=yes"),
                    b"if-asked" => Some("--signed=if-asked"),
                    b"false" => None,
                    _ => return Reply::Invalid,
                };
                Reply::Ok
            }
            b"push-option" => push(value, &mut self.push_options),
            b"cas" => push(value, &mut self.cas),
            b"family" => {
                self.family = match value {
                    b"ipv4" => Family::V4,
                    b"ipv6" => Family::V6,
                    b"all" => Family::Any,
                    _ => return Reply::Invalid,
                };
                Reply::Ok
            }
            _ => Reply::Unsupported,
        }
    }

    /// Whether the person wants to hear of each request, as with `-v`.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbosity > Some(1)
    }

    /// The arguments of `git fetch-pack`, less the URL.
    pub(super) fn fetch_pack(&self) -> Vec<OsString> {
        let mut list = Arguments::new(&["--stateless-rpc", "--stdin", "--lock-pack", "--thin"]);
        list.flag(self.follow_tags, "--include-tag");
        if self.verbosity >= Some(3) {
            list.flag(true, "-v");
            list.flag(true, "-v");
        }
        list.flag(
            self.check_connectivity,
            "--check-self-contained-and-connected",
        );
        list.flag(self.cloning, "--cloning");
        list.flag(self.update_shallow, "--update-shallow");
        list.flag(self.progress == Some(false), "--no-progress");
        if let Some(depth) = self.depth.filter(|depth| *depth > 0) {
            list.value("--depth", depth.to_string().as_ref());
            list.flag(self.deepen_relative, "--deepen-relative");
        }
        list.values("--shallow-since", &self.deepen_since);
        list.values("--shallow-exclude", &self.deepen_not);
        list.values("--filter", &self.filter);
        list.flag(self.from_promisor, "--from-promisor");
        list.flag(self.refetch, "--refetch");
        list.0
    }

    /// The arguments of `git send-pack`, less the URL.
    pub(super) fn send_pack(&self) -> Vec<OsString> {
        let mut list = Arguments::new(&["--stateless-rpc", "--helper-status", "--thin"]);
        list.flag(self.verbosity == Some(0), "--quiet");
        list.flag(self.is_verbose(), "--verbose");
        list.flag(
            true,
            if self.progress == Some(false) {
                "--no-progress"
            } else {
                "--progress"
            },
        );
        list.flag(self.dry_run, "--dry-run");
        list.flag(self.atomic, "--atomic");
        if let Some(signed) = self.signed {
            list.flag(true, signed);
        }
        list.values("--push-option", &self.push_options);
        list.values("--force-with-lease", &self.cas);
        list.flag(self.force_if_includes, "--force-if-includes");
        list.flag(true, "--stdin");
        list.0
    }
}

struct Arguments(Vec<OsString>);

impl Arguments {
    fn new(always: &[&str]) -> Self {
        Self(always.iter().map(OsString::from).collect())
    }

    fn flag(&mut self, wanted: bool, name: &str) {
        if wanted {
            self.0.push(name.into());
        }
    }

    fn value(&mut self, name: &str, value: &std::ffi::OsStr) {
        let mut argument = OsString::from(name);
        argument.push("=");
        argument.push(value);
        self.0.push(argument);
    }

    fn values<'v>(&mut self, name: &str, values: impl IntoIterator<Item = &'v OsString>) {
        for value in values {
            self.value(name, value);
        }
    }
}

fn flag(value: &[u8]) -> Option<bool> {
    match value {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

fn switch(value: &[u8], option: &mut bool) -> Reply {
    match flag(value) {
        Some(on) => {
            *option = on;
            Reply::Ok
        }
        None => Reply::Invalid,
    }
}

fn on(option: &mut bool) -> Reply {
    *option = true;
    Reply::Ok
}

fn number<N: std::str::FromStr>(value: &[u8], option: &mut Option<N>) -> Reply {
    match std::str::from_utf8(value).ok().and_then(|v| v.parse().ok()) {
        Some(number) => {
            *option = Some(number);
            Reply::Ok
        }
        None => Reply::Invalid,
    }
}

fn text_of(value: &[u8], option: &mut Option<OsString>) -> Reply {
    match argument(value) {
        Some(text) => {
            *option = Some(text);
            Reply::Ok
        }
        None => Reply::Invalid,
    }
}

fn push(value: &[u8], options: &mut Vec<OsString>) -> Reply {
    match argument(value) {
        Some(text) => {
            options.push(text);
            Reply::Ok
        }
        None => Reply::Invalid,
    }
}

/// Bytes as a command-line argument: ref names need not be UTF-8. None where the system cannot.
fn argument(value: &[u8]) -> Option<OsString> {
    if value.contains(&0) {
        return None;
    }
    platform::os_string(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(lines: &[&str]) -> Options {
        let mut options = Options::default();
        for line in lines {
            assert_eq!(options.set(line.as_bytes()), Reply::Ok, "{line}");
        }
        options
    }

    fn shown(arguments: &[OsString]) -> String {
        let words: Vec<_> = arguments.iter().map(|a| a.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn every_fetch_option_becomes_its_argument() {
        assert_eq!(
            shown(&Options::default().fetch_pack()),
            "--stateless-rpc --stdin --lock-pack --thin"
        );
        let options = options(&[
            "progress false",
            "verbosity 3",
            "depth 1",
            "deepen-since 2 days ago",
            "deepen-not \"refs/heads/\\303\\274\"",
            "deepen-not v1",
            "deepen-relative true",
            "filter blob:none",
            "followtags true",
            "check-connectivity",
            "cloning true",
            "update-shallow true",
            "from-promisor 1",
            "refetch yes",
            "object-format true",
        ]);
        assert_eq!(
            shown(&options.fetch_pack()),
            "--stateless-rpc --stdin --lock-pack --thin --include-tag -v -v \
             --check-self-contained-and-connected --cloning --update-shallow --no-progress --depth=1 \
             --deepen-relative --shallow-since=2 days ago --shallow-exclude=refs/heads/ü \
             --shallow-exclude=v1 --filter=blob:none --from-promisor --refetch"
        );
        assert!(options.object_format);
    }

    #[test]
    fn every_push_option_becomes_its_argument() {
        let options = options(&[
            "verbosity 0",
            "dry-run true",
            "atomic true",
            "pushcert if-asked",
            "push-option a b",
            "cas refs/heads/main:1234",
            "force-if-includes true",
        ]);
        assert_eq!(
            shown(&options.send_pack()),
            "--stateless-rpc --helper-status --thin --quiet --progress --dry-run --atomic \
             --signed=if-asked --push-option=a b --force-with-lease=refs/heads/main:1234 \
             --force-if-includes --stdin"
        );
    }

    #[test]
    fn a_depth_of_zero_is_no_depth() {
        assert!(!shown(&options(&["depth 0"]).fetch_pack()).contains("depth"));
    }

    #[test]
    fn unknown_options_and_bad_values_are_said_so() {
        let mut options = Options::default();
        for (line, reply) in [
            ("servpath x", Reply::Unsupported),
            ("rejectshallow 1", Reply::Unsupported),
            ("dry-run-not true", Reply::Unsupported),
            ("atomic maybe", Reply::Invalid),
            ("depth x", Reply::Invalid),
            ("cas \"unclosed", Reply::Invalid),
            ("push-option \"a\\000b\"", Reply::Invalid),
        ] {
            assert_eq!(options.set(line.as_bytes()), reply, "{line}");
        }
    }
}
