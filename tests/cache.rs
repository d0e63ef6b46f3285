//! Role sessions on disk: who shares them, what is trusted, and how many questions STS is asked.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use expect_test::expect;
use local_aws::{Action, CONTRIBUTOR_ROLE, Fault, Protocol, Service, lacks};

use crate::harness::{
    HTTPS, PROFILE, REQUEST, Studio, WITH_REGION, WITHOUT_REGION, every_git, helpers,
};

pub(crate) fn list(studio: &Studio) {
    studio.git(&["ls-remote", WITH_REGION]).succeeded();
}

/// The files in the cache, temporary ones included, less the locks.
pub(crate) fn kept(studio: &Studio) -> Vec<PathBuf> {
    let folder = studio.home().join(".aws/cli/cache");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = files.map(|file| file.path());
    paths
        .filter(|path| path.extension().is_none_or(|extension| extension != "lock"))
        .collect()
}

pub(crate) fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn one_assume_role_serves_every_command_and_both_helpers() {
    for git in every_git() {
        for protocol in [Protocol::V0Only, Protocol::Any] {
            let studio = Studio::with_aws(|aws| aws.protocol(protocol))
                .with_git(&git)
                .with_our_helper()
                .with_cache();
            studio.git(&["clone", WITH_REGION]).succeeded();
            let commit = studio.commit("demo-repo", "x", "x");
            studio.git_in("demo-repo", &["push"]).succeeded();
            assert_eq!(studio.remote_ref("refs/heads/main"), commit);
            studio.git(&["ls-remote", WITHOUT_REGION]).succeeded();
            studio.git(&["clone", HTTPS, "by-https"]).succeeded();
            assert_eq!(studio.asked(), (1, 1));
        }
    }
}

#[test]
fn a_session_is_kept_where_the_aws_cli_keeps_it_and_for_nobody_else() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let files = kept(&studio);
    let [file] = files.as_slice() else {
        panic!("{files:?}");
    };
    assert_eq!(mode(file), 0o600);
    for folder in [".aws/cli", ".aws/cli/cache"] {
        assert_eq!(mode(&studio.home().join(folder)), 0o700, "{folder}");
    }
    let text = fs::read_to_string(file).unwrap();
    assert!(
        text.starts_with("{\"Credentials\":{\"AccessKeyId\":\"ASIA"),
        "{text}"
    );
    assert!(
        text.contains("Z\",\"AccountId\":\"111111111111\"}"),
        "{text}"
    );
}

#[test]
fn a_session_that_is_about_to_end_is_not_used() {
    let studio = Studio::default().with_cache();
    studio
        .aws
        .set_session_lifetime(Some(time::Duration::minutes(14)));
    list(&studio);
    list(&studio);
    assert_eq!(studio.asked(), (2, 2));
}

#[test]
fn nothing_is_kept_where_the_person_or_a_shared_space_forbids_it() {
    let mut studio = Studio::default().with_cache();
    studio.configure("codecommit.cache", "no");
    list(&studio);
    studio.unconfigure("codecommit.cache");
    studio.set("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared");
    list(&studio);
    list(&studio);
    assert_eq!(studio.asked(), (3, 3));
    assert!(!studio.home().join(".aws/cli").exists());
}

#[test]
fn a_doubtful_file_is_neither_used_nor_the_end() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let file = kept(&studio).remove(0);
    let good = fs::read_to_string(&file).unwrap();
    let write = |text: &str, mode: u32| {
        let _ = fs::remove_file(&file);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    };
    studio.asked();
    write(&good, 0o600);
    list(&studio);
    assert_eq!(studio.asked(), (0, 0), "as it should be");
    for (text, mode) in [
        (good.as_str(), 0o640),
        (&good, 0o604),
        (&good.replace("assumed-role/", "assumed-role/Other"), 0o600),
        (&good.replace("Z\"", "\""), 0o600),
        (&good[..good.len() / 2], 0o600),
        ("", 0o600),
        ("{}", 0o600),
    ] {
        write(text, mode);
        list(&studio);
        assert_eq!(studio.asked(), (1, 1), "{mode:o} {text}");
    }
    let elsewhere = studio.home().join("elsewhere");
    fs::write(&elsewhere, &good).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o600)).unwrap();
    fs::remove_file(&file).unwrap();
    symlink(&elsewhere, &file).unwrap();
    list(&studio);
    assert_eq!(studio.asked(), (1, 1), "a link");
    assert_eq!(
        fs::read_to_string(&elsewhere).unwrap(),
        good,
        "written through the link"
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let studio = Studio::default().with_cache();
    studio.write(".aws/cli", "a file where the folder should be");
    let said = studio.git(&["ls-remote", WITH_REGION]).succeeded();
    said.is(&expect![[r#"
        -- stdout
        7d39b4094437f4764644978043104e18f0a80422	HEAD
        11039d1a0dfa9ef8fb4d4de4ea82300637adcde5	refs/heads/feature
        7d39b4094437f4764644978043104e18f0a80422	refs/heads/main
        44a4433e0bbc1f25b6026f9f15d1ce9443f1ee00	refs/tags/v1.0
        61ce63b8c7d6e492791e3ac45d663efd8d8f3ac6	refs/tags/v1.0^{}
        -- stderr
        git-remote-codecommit: warning: cannot cache the session in ~/.aws/cli/cache, so the next command will request a new one: Not a directory (os error 20)
    "#]]);
}

#[test]
fn sessions_of_git_remote_codecommit_are_read_and_left_alone() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let file = kept(&studio).remove(0);
    let other = studio.home().join(".aws/boto/cache");
    fs::create_dir_all(&other).unwrap();
    fs::rename(&file, other.join(file.file_name().unwrap())).unwrap();
    studio.asked();
    list(&studio);
    assert_eq!(studio.asked(), (0, 0));
    assert!(kept(&studio).is_empty());
}

#[test]
fn a_session_that_git_had_refused_is_dropped_on_erase() {
    let studio = Studio::default().with_cache();
    let request = REQUEST;
    let helper = |operation: &str, input: &str| {
        let options = ["--profile", PROFILE, operation];
        studio
            .helper("git-credential-codecommit", &options, input)
            .succeeded()
    };
    let said = helper("get", request);
    let username = said.stdout.lines().next().unwrap();
    // Somebody else's key drops nothing.
    helper("erase", &format!("{request}username=ASIAOTHER%tok\n"));
    assert_eq!(kept(&studio).len(), 1);
    let erased = helper("erase", &format!("{request}{username}\npassword=x\n"));
    assert_eq!((erased.stdout.as_str(), erased.stderr.as_str()), ("", ""));
    assert!(kept(&studio).is_empty());
    helper("get", request);
    assert_eq!(studio.asked(), (2, 2));
}

#[test]
fn a_refused_session_of_git_remote_codecommit_is_dropped_on_erase_too() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let file = kept(&studio).remove(0);
    let other = studio.home().join(".aws/boto/cache");
    fs::create_dir_all(&other).unwrap();
    let there = other.join(file.file_name().unwrap());
    fs::rename(&file, &there).unwrap();
    let text = fs::read_to_string(&there).unwrap();
    let id = text.split('"').nth(5).unwrap();
    let request = format!(
        "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\nusername={id}%x\n"
    );
    let arguments = ["--profile", PROFILE, "erase"];
    studio
        .helper("git-credential-codecommit", &arguments, &request)
        .succeeded();
    assert!(!there.exists());
}

#[test]
fn a_refused_session_gives_way_to_a_new_one_and_a_refusal_is_never_hidden() {
    let studio = Studio::default().with_cache();
    list(&studio);
    let file = kept(&studio).remove(0);
    let id = || {
        fs::read_to_string(&file)
            .unwrap()
            .split('"')
            .nth(5)
            .unwrap()
            .to_owned()
    };
    let first = id();
    studio.aws.expire(&first);
    list(&studio);
    assert_ne!(id(), first, "the new one took its place");
    // Nobody gives another one: the refusal is what the person hears of, and the file stays.
    studio.aws.expire(&id());
    let refusal = Action::sts_error(403, "AccessDenied", "no");
    studio.aws.fail(Fault::new(Service::Sts, refusal).always());
    let said = studio.git(&["ls-remote", WITH_REGION]).failed();
    said.is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403)
        hint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit (cached session; git codecommit cache clear removes it)
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)
    "#]]);
    assert!(file.exists());
}

#[test]
fn the_cache_can_be_listed_and_cleared() {
    let studio = Studio::default().with_cache();
    let command = |action: &str| {
        studio
            .helper("git-codecommit", &["cache", action], "")
            .succeeded()
    };
    assert_eq!(command("list").stdout, "");
    list(&studio);
    let listed = command("list").stdout;
    let mut fields = listed.trim_end().split('\t');
    assert!(
        fields
            .next()
            .unwrap()
            .starts_with("arn:aws:sts::111111111111:assumed-role/MyCross"),
        "{listed}"
    );
    assert!(fields.next().unwrap().starts_with("expires 20"), "{listed}");
    studio.write(".aws/cli/cache/keep.txt", "");
    let folder = studio.home().join(".aws/cli/cache").display().to_string();
    assert_eq!(
        command("clear").stdout,
        format!("removed 1 from {folder}\n")
    );
    assert_eq!(command("list").stdout, "");
    assert!(studio.home().join(".aws/cli/cache/keep.txt").exists());
}

#[test]
fn a_listed_session_cannot_drive_the_terminal() {
    let studio = Studio::default().with_cache();
    let name = format!(".aws/cli/cache/{}.json", "a".repeat(40));
    studio.write(
        &name,
        r#"{"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t",
           "Expiration": "2001-01-01T00:00:00Z"}, "AssumedRoleUser": {"Arn": "a\u001b[2J\tb\nc\u009b"}}"#,
    );
    let path = studio.home().join(&name);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    studio
        .helper("git-codecommit", &["cache", "list"], "")
        .is(&expect![[r#"
            -- stdout
            a\u{1b}[2J\u{9}b\u{a}c\u{9b}	expired TIME	~/.aws/cli/cache/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json
        "#]]);
}

#[test]
fn each_role_of_a_chain_is_kept_and_a_revoked_one_is_asked_for_anew() {
    let second = "arn:aws:iam::111111111111:role/Second";
    let studio = Studio::with_aws(|aws| aws.role_trusted_by(second, CONTRIBUTOR_ROLE)).with_cache();
    let config = fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    studio.write(
        ".aws/config",
        &format!("{config}[profile two]\nregion = eu-west-1\nrole_arn = {second}\nsource_profile = {PROFILE}\n"),
    );
    let run = || {
        studio
            .git(&["ls-remote", "codecommit://two@demo-repo"])
            .succeeded()
    };
    run();
    assert_eq!(studio.asked(), (1, 2));
    // The first role's session serves another command.
    list(&studio);
    assert_eq!(studio.asked(), (0, 0));
    let (first, last): (Vec<_>, Vec<_>) = kept(&studio)
        .into_iter()
        .partition(|file| fs::read_to_string(file).unwrap().contains("MyCross"));
    fs::remove_file(&last[0]).unwrap();
    run();
    assert_eq!(studio.asked(), (0, 1));
    fs::remove_file(&last[0]).unwrap();
    let text = fs::read_to_string(&first[0]).unwrap();
    let id = text.split('"').nth(5).unwrap();
    studio.aws.expire(id);
    run();
    assert_eq!(
        studio.asked(),
        (1, 3),
        "refused, the first role again, the second"
    );
}

/// The programs that a command and all its children start.
fn started(studio: &Studio, command: &[&str], input: &str) -> Vec<String> {
    let trace = studio.place().join("started");
    let path = trace.display().to_string();
    let all = [
        &["-f", "-qq", "-e", "trace=execve", "-o", &path, "--"],
        command,
    ]
    .concat();
    studio
        .run_in(".", "strace".as_ref(), &all, input)
        .succeeded();
    let text = fs::read_to_string(trace).unwrap();
    text.lines()
        .filter_map(|line| Some(line.split_once("execve(")?.1.to_owned()))
        .collect()
}

#[test]
fn git_is_not_started_for_its_configuration() {
    if lacks("strace") {
        return;
    }
    let studio = Studio::default().with_cache();
    if !studio.has_git(2, 36) {
        return;
    }
    let helper = helpers().join("git-credential-codecommit");
    let helper = helper.to_str().unwrap();
    let get = [helper, "--profile", PROFILE, "get"];
    let list = ["git", "ls-remote", WITH_REGION];
    // Where a git has the system's file is asked of it once.
    started(&studio, &get, REQUEST);
    started(&studio, &list, "");
    let all = started(&studio, &get, REQUEST);
    assert_eq!(all.len(), 1, "{all:?}");
    let all = started(&studio, &list, "");
    assert!(
        all.iter()
            .any(|line| line.contains("git-remote-codecommit")),
        "{all:?}"
    );
    assert!(
        all.iter().all(|line| !line.contains("\"config\"")),
        "{all:?}"
    );
}
