use std::path::Path;
use std::process::Command;

use super::*;
use crate::world::World;

/// Git's own answer to `git config --file <text> <arguments>`, in every git of this machine.
#[expect(clippy::disallowed_methods, reason = "the tests compare with real git")]
fn git(text: &str, arguments: &[&str]) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, text).unwrap();
    let gits = ["git", "/usr/bin/git", "/usr/local/bin/git"];
    let answers = gits.iter().filter_map(|program| {
        let said = Command::new(program)
            .args(["config", "-z", "--file"])
            .arg(&file)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .output()
            .ok()?;
        Some(said.stdout)
    });
    let answers: Vec<_> = answers.collect();
    assert!(!answers.is_empty(), "the tests need git");
    answers
}

fn config(text: &str) -> GitConfig {
    GitConfig::parse(&git(text, &["--list"])[0])
}

/// A config file with a key for each URL, `k0`, `k1` and so on, so that one question tells which match.
fn a_key_each(prefixes: &[String]) -> String {
    let sections = prefixes.iter().enumerate().map(|(number, prefix)| {
        let prefix = prefix.replace('\\', "\\\\").replace('"', "\\\"");
        format!("[http \"{prefix}\"]\n\tk{number} = {number}\n\tbest = {number}\n")
    });
    sections.collect()
}

fn assert_as_git(prefixes: &[String], urls: &[&str]) {
    let text = a_key_each(prefixes);
    let config = config(&text);
    for url in urls {
        let ours = config.at_url("http", url);
        for said in git(&text, &["--get-urlmatch", "http", url]) {
            let said = String::from_utf8(said).unwrap();
            let of_git = |key: &str| {
                let mut entries = said.split('\0').filter_map(|e| e.split_once('\n'));
                entries
                    .find(|(known, _)| known.strip_prefix("http.") == Some(key))
                    .map(|(_, value)| value.to_owned())
            };
            for (number, prefix) in prefixes.iter().enumerate() {
                let key = format!("k{number}");
                let value = ours.value(&key).map(|v| v.text().unwrap().to_owned());
                assert_eq!(value, of_git(&key), "{prefix} for {url}");
            }
            let best = ours.value("best").map(|v| v.text().unwrap().to_owned());
            assert_eq!(best, of_git("best"), "the best of all for {url}");
        }
    }
}

const URLS: [&str; 8] = [
    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
    "https://git-codecommit.eu-west-1.amazonaws.com:443/v1/repos/demo-repo/",
    "https://localhost:8443/v1/repos/demo.repo",
    "https://AKIA@git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/a_b",
    "https://user:pass@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo",
    "https://[::1]:8443/v1/repos/x?service=git-upload-pack",
    "http://h:80/a%20b/c",
    "codecommit::eu-west-1://p@demo-repo",
];

#[test]
fn a_key_holds_for_the_urls_that_git_says() {
    let table = [
        "https://git-codecommit.eu-west-1.amazonaws.com",
        "https://git-codecommit.eu-west-1.amazonaws.com/",
        "https://git-codecommit.eu-west-1.amazonaws.com:443/v1",
        "https://git-codecommit.eu-west-1.amazonaws.com:0443/v1/repos",
        "https://git-codecommit.eu-west-1.amazonaws.com:8443",
        "https://git-codecommit.eu-west-1.amazonaws.com:/v1/repos/demo-repo",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo/",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo/x",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1/./x/../repos",
        "https://git-codecommit.eu-west-1.amazonaws.com/..",
        "https://git-codecommit.eu-west-1.amazonaws.com/%76%31/rep%6fs",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1%2frepos",
        "https://git-codecommit.eu-west-1.amazonaws.com/V1",
        "https://git-codecommit.eu-west-1.amazonaws.com/v1?x",
        "https://git-codecommit.eu-west-1.amazonaws.com/%zz",
        "https://git-codecommit.*.amazonaws.com",
        "https://*.eu-west-1.amazonaws.com",
        "https://*.amazonaws.com",
        "https://*.*.amazonaws.com",
        "https://*.*.*.*",
        "https://git-codecommit*.eu-west-1.amazonaws.com",
        "https://git-codecommit.*.amazonaws.com.cn",
        "https://git-codecommit.*.*.com.cn/v1",
        "HTTPS://GIT-CODECOMMIT.EU-WEST-1.AMAZONAWS.COM/v1/repos",
        "https://user@git-codecommit.eu-west-1.amazonaws.com",
        "https://user:other@git-codecommit.eu-west-1.amazonaws.com/v1",
        "https://AKIA@git-codecommit.*.amazonaws.com.cn",
        "https://@git-codecommit.eu-west-1.amazonaws.com",
        "https://us%65r@git-codecommit.eu-west-1.amazonaws.com",
        "http://git-codecommit.eu-west-1.amazonaws.com",
        "git-codecommit.eu-west-1.amazonaws.com",
        "https://localhost:8443",
        "https://localhost:08443/v1/repos/demo.repo",
        "https://localhost",
        "https://*:8443",
        "https://localhost:*",
        "https://localhost:99999",
        "https://localhost:0",
        "https://localhost.:8443",
        "https://[::1]:8443/v1",
        "https://[::1]",
        "https://*:8443/v1/repos/x?service=git-upload-pack",
        "https://[::1]:8443/v1/repos/x",
        "http://h",
        "http://h/a b",
        "http://h/a%20b",
        "http://h:080/a%20b/c",
        "https://",
        "https:///v1",
        "https://ho st",
        "file:///x",
        "codecommit::eu-west-1://p@demo-repo",
        "1http://h",
    ];
    assert_as_git(&table.map(str::to_owned), &URLS);
}

#[test]
fn keys_made_of_odd_pieces_hold_for_the_urls_that_git_says() {
    let pieces = [
        "https://", "http://", "u@", "u:p@", "@", ":", "h", "*", ".", "..", "/", "/", "a", "b",
        "%41", "%2F", "%2e", "%", "?q", "#f", ":443", ":80", ":8443", ":0", "[::1]", " ", "\\",
        "\"", "é", "-", "_", "+",
    ];
    let mut number = 20_261_122_u64;
    let mut random = |below: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(number >> 33).unwrap() % below
    };
    let mut text = |start: &str| {
        let mut text = start.to_owned();
        for _ in 0..random(9) {
            text.push_str(pieces[random(pieces.len())]);
        }
        text
    };
    let starts = [
        "https://h",
        "https://*.h/",
        "https://u@h:8443/a",
        "http",
        "",
    ];
    let prefixes: Vec<String> = (0..400).map(|n| text(starts[n % starts.len()])).collect();
    let urls: Vec<String> = (0..40).map(|n| text(starts[n % 3])).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    assert_as_git(&prefixes, &urls);
}

#[test]
fn a_multi_valued_key_takes_what_is_not_behind_a_better_match() {
    let url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo-repo";
    let headers = |text: &str| {
        let config = config(text);
        let values = config.at_url("http", url).values("extraHeader");
        let values: Vec<_> = values
            .iter()
            .map(|v| v.text().unwrap().to_owned())
            .collect();
        values.join(" ")
    };
    let general = "[http]\nextraHeader = a\nextraHeader = b\n";
    let scoped =
        "[http \"https://git-codecommit.*.amazonaws.com\"]\nextraHeader = c\nextraheader = d\n";
    let other = "[http \"https://example.com\"]\nextraHeader = e\n";
    let longer = "[http \"https://git-codecommit.*.amazonaws.com/v1\"]\nextraHeader = f\n";
    assert_eq!(headers(general), "a b");
    assert_eq!(headers(&format!("{general}{scoped}{other}")), "a b c d");
    assert_eq!(headers(&format!("{scoped}{general}")), "c d");
    assert_eq!(headers(&format!("{longer}{scoped}{general}")), "f");
    assert_eq!(headers(&format!("{general}{longer}{scoped}")), "a b f");
    assert_eq!(headers(""), "");
}

#[test]
fn numbers_and_booleans_are_read_as_git_reads_them() {
    let values = [
        "0",
        "1",
        "-1",
        "+7",
        "10",
        "010",
        "08",
        "0x1f",
        "0X1F",
        "0xg",
        "1k",
        "2K",
        "3m",
        "4g",
        "1kk",
        "k",
        "",
        " 5",
        "5 ",
        "1.5",
        "true",
        "YES",
        "On",
        "false",
        "nO",
        "OFF",
        "t",
        "- 1",
        "--1",
        "+-1",
        "0x",
        "-0x10",
        "9223372036854775807",
        "9223372036854775808",
        "8388608g",
        "2147483648",
        "4294967296",
    ];
    for value in values {
        let text = format!("[a]\nb = \"{value}\"\n");
        let config = config(&text);
        let ours = config.value("a.b").unwrap();
        for (kind, ours) in [
            ("--int", ours.integer().ok().map(|n| n.to_string())),
            ("--bool", ours.boolean().ok().map(|b| b.to_string())),
        ] {
            for said in git(&text, &[kind, "--get", "a.b"]) {
                let said = String::from_utf8(said).unwrap();
                let of_git = said.strip_suffix('\0').map(str::to_owned);
                assert_eq!(ours, of_git, "{kind} {value:?}");
            }
        }
    }
}

#[test]
fn keys_are_found_in_any_case_and_subsections_only_in_theirs() {
    let config = config(
        "[core]\naskPass = /a\naskpass = /b\nbare\n[remote \"Or.igin\"]\nproxy =\n\
         [codecommit \"codecommit://\"]\nprofile = p\n[codecommit]\nprofile = q\n",
    );
    let text = |key: &str| config.value(key).map(|v| v.text().unwrap().to_owned());
    assert_eq!(text("core.askPass").as_deref(), Some("/b"));
    assert_eq!(config.values("CORE.ASKPASS").len(), 2);
    assert_eq!(text("remote.Or.igin.proxy").as_deref(), Some(""));
    assert_eq!(text("remote.or.igin.proxy"), None);
    assert_eq!(text("remote.proxy"), None);
    assert_eq!(text("nothing"), None);
    let bare = config.value("core.bare").unwrap();
    assert!(bare.boolean().unwrap());
    let error = bare.text().err().unwrap();
    assert_eq!(
        error.to_string(),
        "git's configuration has a core.bare that is not followed by a value"
    );
    let scoped = config.scoped("codecommit", "profile");
    assert_eq!(scoped.len(), 1);
    assert_eq!(scoped[0].0, b"codecommit://");
    assert_eq!(scoped[0].1.text().unwrap(), "p");
}

#[test]
fn a_path_may_begin_at_home_and_a_value_hold_line_breaks() {
    let config = config("[a]\np = ~//x\nq = /y\nr = \"1\\n2\"\n");
    let path = |key: &str, home| config.value(key).unwrap().path(home);
    let home = Some(Path::new("/home/x"));
    assert_eq!(path("a.p", home).unwrap(), Path::new("/home/x/x"));
    assert_eq!(path("a.q", None).unwrap(), Path::new("/y"));
    assert!(path("a.p", None).is_err());
    assert_eq!(config.value("a.r").unwrap().text().unwrap(), "1\n2");
}

#[test]
fn a_made_up_world_has_the_configuration_it_was_given() {
    let world = World::of(&[]).with_git_config("protocol.version\n1\0");
    let config = world.git_config().unwrap();
    assert_eq!(
        config.value("protocol.version").unwrap().integer().unwrap(),
        1
    );
}

#[test]
fn an_entry_knows_where_git_found_it() {
    let text = "[credential]\n\thelper\n[credential \"https://h\"]\n\thelper = a\n\tusername = u\n";
    for said in git(text, &[&["--list"][..], &WITH_ORIGINS].concat()) {
        let config = GitConfig::parse_with_origins(&said);
        let helpers = config.every_at_url("credential", "https://h/r", "helper");
        assert_eq!(helpers.len(), 2);
        assert!(!helpers[0].has_subsection() && helpers[0].text().is_err());
        assert_eq!(helpers[1].text().unwrap(), "a");
        let origin = helpers[1].origin().unwrap();
        assert_eq!(origin.scope(), "command");
        let file = origin.file().unwrap();
        assert!(file.is_absolute() && file.ends_with("config"), "{origin}");
        assert_eq!(origin.to_string(), file.display().to_string());
        assert_eq!(
            config
                .every_at_url("credential", "https://i/r", "helper")
                .len(),
            1
        );
    }
    let list = b"command\0command line:\0a.b\nc\0";
    let config = GitConfig::parse_with_origins(list);
    let value = config.value("a.b").unwrap();
    assert_eq!(value.origin().unwrap().to_string(), "command line");
}
