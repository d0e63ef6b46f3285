//! docs/errors.md: every error and what to do about it, made from the errors that the tests of exit classes make.
//!
//! `UPDATE_GUIDES=1 cargo nextest run errors_page` writes the page anew. tests/provoked.txt names a test for each error that provokes
//! it.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::exit_tests as commands;
use crate::error::Exit;
use crate::error::examples::{self, Example};
use crate::{credential, credentials, http, remote, setup};

const INTRODUCTION: &str = "\
# Errors

Every error of the three programs with the hints that are printed under it, and its exit code. `…` stands for what is different each time. A
test makes this page from the code (`UPDATE_GUIDES=1 scripts/test errors_page`), and `tests/provoked.txt` names a test for each error that
provokes it. Where an error has other hints for another cause, each cause has a line.

git itself ends with 128 where a helper fails, whatever the helper's code. `git codecommit doctor` says which step of a request fails.
";

/// The headings, and the modules whose errors stand under each.
const HEADINGS: &[(&str, &[&str])] = &[
    (
        "Addresses, regions and hosts",
        &[
            "address",
            "aws::repository_name",
            "aws::region",
            "region",
            "endpoint",
            "service_endpoint",
            "target",
        ],
    ),
    (
        "Settings: AWS files, git's configuration, the environment",
        &["profile", "git::config", "world::switch"],
    ),
    ("Credentials", &["credentials", "aws::unusable"]),
    ("Network", &["http"]),
    ("The git host, and git", &["remote"]),
    ("The credential helper", &["credential"]),
    ("CodeCommit's API", &["api"]),
    ("Setup", &["setup"]),
    ("SageMaker Studio", &["studio", "world::studio"]),
    ("Commands", &["cli", "error"]),
];

/// Runs every test of exit classes, and takes what it has made.
fn made() -> Vec<Example> {
    let tests: &[fn()] = &[
        commands::an_address_that_cannot_be_read_is_a_setting,
        commands::every_error_of_a_region_a_host_and_a_target_is_a_setting,
        credentials::exit_tests::every_error_of_an_endpoint_is_a_setting,
        commands::files_that_cannot_be_used_are_settings,
        credentials::exit_tests::every_other_error_of_credentials_has_its_class,
        credentials::exit_tests::what_a_profile_or_a_region_lacks_is_a_setting,
        credentials::exit_tests::keys_that_cannot_work_are_credentials,
        credentials::exit_tests::every_error_of_the_container_endpoint_has_its_class,
        credentials::exit_tests::every_error_of_a_program_is_one_of_credentials,
        credentials::exit_tests::every_error_of_an_mfa_question_has_its_class,
        credentials::exit_tests::every_error_of_sts_has_its_class,
        credentials::exit_tests::an_identity_that_sts_does_not_tell_is_one_of_credentials,
        credentials::exit_tests::every_refusal_of_sts_has_a_hint,
        http::exit_tests::what_somebody_has_set_wrongly_is_a_setting,
        http::exit_tests::what_hosts_and_networks_do_is_the_network,
        http::exit_tests::what_proxies_do_is_the_network,
        remote::exit_tests::every_status_of_the_git_host_is_the_network,
        remote::exit_tests::every_error_of_the_remote_helper_has_its_class,
        credential::exit_tests::every_error_of_the_credential_helper_has_its_class,
        commands::every_error_of_codecommits_api_has_its_class,
        setup::exit_tests::a_request_that_cannot_be_met_is_one_of_usage,
        setup::exit_tests::every_error_of_setup_has_its_class,
        setup::exit_tests::every_problem_of_a_file_is_one_of_files,
        commands::every_error_of_studio_has_its_class,
        commands::every_error_of_a_command_has_its_class,
        commands::what_cannot_be_written_or_typed_has_its_class,
    ];
    for test in tests {
        test();
    }
    examples::made()
}

/// The source files.
fn sources(folder: &str, found: &mut Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(path.to_str().unwrap(), found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The errors of the code, `module::Variant`: those with a message of their own, and those that pass on another's.
fn of_code() -> (BTreeSet<String>, BTreeSet<String>) {
    let mut files = Vec::new();
    sources("src", &mut files);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let module = file.strip_prefix(&root).unwrap().with_extension("");
        let module = module.to_str().unwrap().replace('/', "::");
        let module = module.trim_end_matches("::mod");
        let mut pending = None;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[error(") {
                pending = Some(line.starts_with("#[error(transparent)]"));
            } else if let (Some(is_transparent), Some(name)) = (pending, item(line)) {
                let kinds = match is_transparent {
                    true => &mut others,
                    false => &mut own,
                };
                kinds.insert(format!("{module}::{name}"));
                pending = None;
            }
        }
    }
    (own, others)
}

/// The name of a variant or of a type that a line begins.
fn item(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub(crate) struct ").unwrap_or(line);
    let end = line.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, rest) = line.split_at(end);
    let is_item = name.starts_with(|c: char| c.is_ascii_uppercase())
        && (rest == "," || rest == " {" || rest == ";" || rest.starts_with('('))
        || (rest.starts_with(" {") && rest.ends_with("},"));
    is_item.then_some(name)
}

fn page(made: &[Example]) -> String {
    let (_, others) = of_code();
    let mut page = INTRODUCTION.to_owned();
    for (heading, modules) in HEADINGS {
        let _ = write!(
            page,
            "\n## {heading}\n\n| message | what to do | exit code |\n|---|---|---|\n"
        );
        let mut seen = BTreeSet::new();
        let is_here = |kind: &str| {
            let of = |module: &&str| kind.starts_with(&format!("{module}::")) || kind == *module;
            modules.iter().any(of)
        };
        for example in made.iter().filter(|example| is_here(&example.kind)) {
            let row = row(example);
            if !others.contains(&example.kind) && seen.insert(row.clone()) {
                page.push_str(&row);
            }
        }
    }
    page
}

fn row(example: &Example) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace("other error", "…");
    let hints: Vec<String> = example.hints.iter().map(|hint| cell(hint)).collect();
    format!(
        "| {} | {} | {} |\n",
        cell(&example.message),
        hints.join("<br>"),
        code(example.class)
    )
}

fn code(class: Exit) -> String {
    let name = match class {
        Exit::General => "general",
        Exit::Usage => "usage",
        Exit::Settings => "settings",
        Exit::Credentials => "credentials",
        Exit::Network => "network",
        Exit::File => "file",
        Exit::AfterSetup => "after setup",
        Exit::Git => "git",
    };
    format!("{} ({name})", class.code())
}

#[test]
fn every_error_of_the_code_is_on_the_page() {
    let kinds: BTreeSet<String> = made().into_iter().map(|example| example.kind).collect();
    let (own, _) = of_code();
    assert!(own.len() > 100, "{own:?}");
    let missing: Vec<&String> = own.difference(&kinds).collect();
    assert!(
        missing.is_empty(),
        "no test of exit classes makes {missing:#?}"
    );
    let under = |kind: &String| {
        let modules = HEADINGS.iter().flat_map(|(_, modules)| modules.iter());
        modules.copied().any(|module| kind.starts_with(module))
    };
    let nowhere: Vec<&String> = kinds.iter().filter(|kind| !under(kind)).collect();
    assert!(nowhere.is_empty(), "no heading for {nowhere:#?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a person asks for new text")]
fn the_page_is_made_from_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let then = fs::read_to_string(&path).unwrap_or_default();
    let now = page(&made());
    if now == then {
        return;
    }
    if std::env::var_os("UPDATE_GUIDES").is_some() {
        fs::write(path, now).unwrap();
        return;
    }
    let differs = then
        .lines()
        .zip(now.lines())
        .find(|(then, now)| then != now);
    panic!("docs/errors.md is not what the code says (UPDATE_GUIDES=1 writes it): {differs:#?}");
}

/// A line has the error, a tab, and `folder::file::test`, or `-` and the reason why no test can.
#[test]
fn a_test_is_named_for_every_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("tests/provoked.txt")).unwrap();
    let mut files = Vec::new();
    sources("src", &mut files);
    sources("tests", &mut files);
    let texts: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|file| (file.clone(), fs::read_to_string(file).unwrap()))
        .collect();
    let mut named = BTreeSet::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let (kind, test) = line.split_once('\t').unwrap_or_else(|| panic!("{line:?}"));
        assert!(named.insert(kind.to_owned()), "{kind} is there twice");
        if test.starts_with("- ") {
            continue;
        }
        let (file, name) = test.rsplit_once("::").unwrap();
        let is_there = texts.iter().any(|(path, text)| {
            let path = path.strip_prefix(root).unwrap().with_extension("");
            let path = path.to_str().unwrap().replace('/', "::");
            path.trim_end_matches("::mod") == file && text.contains(&format!("fn {name}()"))
        });
        assert!(
            is_there,
            "there is no test {test}, which {kind} is said to be provoked by"
        );
    }
    let (own, _) = of_code();
    let without: Vec<&String> = own.difference(&named).collect();
    assert!(
        without.is_empty(),
        "tests/provoked.txt names no test for {without:#?}"
    );
    let gone: Vec<&String> = named.difference(&own).collect();
    assert!(gone.is_empty(), "the code has no {gone:#?}");
}
