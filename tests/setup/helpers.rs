//! What git does with the settings: which helper it asks, and where addresses lead.

use super::{Home, PROFILE, assert_same};
use crate::harness::{every_git, stable};
use expect_test::expect;

const HOST: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

/// The command that git starts for a URL, by its own trace.
pub(super) fn helper_for(home: &Home, url: &str) -> Vec<String> {
    let mut command = home.command("git", &["credential", "fill"]);
    command
        .env("GIT_TRACE", "1")
        .env("GIT_TERMINAL_PROMPT", "0");
    let said = crate::harness::Outcome::of(command, &format!("url={url}\n\n"));
    let runs = said
        .stderr
        .lines()
        .filter_map(|line| line.split_once("run_command: "));
    runs.map(|(_, run)| run.trim_matches('\'').to_owned())
        .filter(|run| run.ends_with(" get"))
        .collect()
}

#[test]
fn only_our_helper_is_asked_for_every_kind_of_codecommit_host() {
    let home = Home::new();
    home.write(
        ".gitconfig",
        "[credential]\n\thelper = store\n\thelper = cache --timeout=3600\n",
    );
    home.setup(&[]).succeeded();
    let ours = "~/.local/bin/git-credential-codecommit";
    let with_role = format!("{ours} --profile {PROFILE} get");
    let without = format!("{ours} get");
    for (host, helper) in [
        ("git-codecommit.eu-west-1.amazonaws.com", &with_role),
        ("git-codecommit-fips.eu-west-1.amazonaws.com", &with_role),
        (
            "vpce-0a1b-2c.git-codecommit.eu-west-1.vpce.amazonaws.com",
            &with_role,
        ),
        ("git-codecommit.us-east-1.amazonaws.com", &without),
        ("git-codecommit-fips.us-gov-west-1.amazonaws.com", &without),
        (
            "vpce-0a1b-2c.git-codecommit-fips.us-east-1.vpce.amazonaws.com",
            &without,
        ),
        ("git-codecommit.cn-north-1.amazonaws.com.cn", &without),
        ("git-codecommit.eusc-de-east-1.amazonaws.eu", &without),
        ("git-codecommit.us-iso-east-1.c2s.ic.gov", &without),
        ("codeconnections.eu-west-1.amazonaws.com", &without),
        ("codestar-connections.us-gov-east-1.amazonaws.com", &without),
    ] {
        let asked = helper_for(&home, &format!("https://{host}/v1/repos/demo-repo"));
        assert_eq!(asked, std::slice::from_ref(helper), "{host}");
    }
    for other in [
        "https://github.com/x/y",
        "https://git-codecommit.evil.example.com/v1/repos/x",
    ] {
        let asked = helper_for(&home, other);
        assert_eq!(
            asked,
            [
                "git credential-store get",
                "git credential-cache --timeout=3600 get"
            ],
            "{other}"
        );
    }
}

#[test]
fn china_gets_its_own_hosts() {
    let home = Home::new();
    let bin = home.path(".local/bin").display().to_string();
    let arguments = [
        "setup",
        "--yes",
        "--role-arn",
        "arn:aws-cn:iam::111111111111:role/R",
        "--region",
        "cn-north-1",
        "--bin-dir",
        &bin,
    ];
    home.run(home.program(), &arguments).succeeded();
    let asked = helper_for(
        &home,
        "https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/x",
    );
    assert_eq!(asked.len(), 1, "{asked:?}");
    let mut wrong = arguments;
    wrong[3] = "arn:aws:iam::111111111111:role/R";
    home.run(home.program(), &wrong).is(&expect![[r#"
        exit code 2
        -- stderr
        git-codecommit: cn-north-1 is in partition aws-cn, but the role is in aws
        hint: check --region and --role-arn
    "#]]);
}

#[test]
fn every_address_goes_by_our_remote_helper_whatever_is_first_on_path() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    let conda = home.place.path().join("conda/bin/git-remote-codecommit");
    for address in [
        "codecommit::eu-west-1://x@demo",
        "codecommit::us-east-1://x@demo",
        "codecommit://x@demo",
    ] {
        let said = home.git(&["ls-remote", address]).failed();
        // Some gits add a line of their own.
        expect![[r#"
            git-remote-codecommit: profile "x", chosen by the address, is not in ~/.aws/config or ~/.aws/credentials
            hint: name one of these profiles: CrossAccountAccessProfile"#]]
        .assert_eq(&stable(&said.said()));
    }
    let version = home.git(&["codecommit", "version"]).succeeded();
    let expected = format!("git-codecommit {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.stdout, expected);
    assert!(!home.path(".bashrc").exists());
    assert!(std::fs::read_to_string(&conda).unwrap().contains("conda"));
}

#[test]
fn the_command_takes_paths_from_the_folder_where_it_is_typed() {
    let home = Home::new();
    home.setup(&[]).succeeded();
    home.git(&["init", "--quiet", "work"]).succeeded();
    std::fs::create_dir_all(home.path("work/below")).unwrap();
    let man = [
        "-C",
        "work/below",
        "codecommit",
        "man",
        "--directory",
        "pages",
    ];
    home.git(&man).succeeded();
    assert!(home.path("work/below/pages/git-codecommit.1").exists());
}

#[test]
fn the_settings_can_be_printed_for_a_job_whose_home_is_another_folder() {
    // The first git that reads GIT_CONFIG_COUNT.
    let Some(git) = every_git().into_iter().find(|git| git.is_at_least(2, 31)) else {
        return local_aws::skip("git 2.31 or later");
    };
    let mut home = Home::new();
    let conda = home.place.path().join("conda/bin");
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        conda.display(),
        git.folder().display()
    );
    home.set("PATH", &path);
    home.write(".aws/config", "[profile Dev]\nregion = eu-west-1\n");
    let before = home.snapshot();
    let bin = home.path(".local/bin").display().to_string();
    let arguments = ["setup", "--env", "--profile", "Dev", "--bin-dir", &bin];
    let said = home.run(home.program(), &arguments).succeeded();
    assert_same(&home.snapshot(), &before, "nothing is written");
    let first = format!(
        "export GIT_CONFIG_KEY_0=alias.codecommit GIT_CONFIG_VALUE_0='!cd \"${{GIT_PREFIX:-.}}\" && exec \
         {bin}/git-codecommit'"
    );
    assert_eq!(said.stdout.lines().nth(1), Some(first.as_str()), "{said:?}");
    // Numbered behind what the job has already.
    let script = format!(
        "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=n\n\
         eval \"$('{}' {})\"\nexport HOME=/nowhere\n\
         git config user.name; git config codecommit.profile; git codecommit version\n\
         git ls-remote codecommit::eu-west-1://x@demo",
        home.program().display(),
        arguments.join(" ")
    );
    let mut said = home.run("/bin/sh", &["-c", &script]).failed();
    said.stdout = said.stdout.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    // Some gits add a line of their own.
    said.stderr = format!("{}\n", said.said());
    said.is(&expect![[r#"
        exit code 128
        -- stdout
        n
        Dev
        git-codecommit VERSION
        -- stderr
        git-remote-codecommit: profile "x", chosen by the address, is not in /nowhere/.aws/config or /nowhere/.aws/credentials
        hint: these files have no profile: run "aws configure --profile NAME" to add one
    "#]]);
    let with_role = [
        "setup",
        "--env",
        "--role-arn",
        super::ROLE,
        "--region",
        "eu-west-1",
    ];
    let said = home.run(home.program(), &with_role).failed();
    assert_eq!(said.code, Some(2), "{said:?}");
    // A container's user may have no home directory at all.
    home.set("HOME", "/nowhere");
    let said = home.run(home.program(), &["setup", "--env", "--bin-dir", &bin]);
    let said = said.succeeded();
    assert!(
        said.stderr.is_empty() && said.stdout.contains(&first),
        "{said:?}"
    );
}

#[test]
fn a_home_with_two_names_needs_one_set_up() {
    // Classic: the same folder is /root in kernels and /home/sagemaker-user in the Jupyter server.
    let mut home = Home::new();
    home.setup(&[]).succeeded();
    let before = home.snapshot();
    let other = home.place.path().join("root");
    std::os::unix::fs::symlink("home", &other).unwrap();
    home.set("HOME", &other.display().to_string());
    let said = home.setup(&[]).succeeded();
    said.is(&expect![[r#"
        -- stdout
        note: codecommit::eu-west-1://CrossAccountAccessProfile@REPOSITORY and https URLs use profile "CrossAccountAccessProfile"; codecommit::eu-west-1://REPOSITORY uses the default credentials
        note: PLACE/conda/bin/git-remote-codecommit: git runs git-codecommit instead; it shows codecommit:: addresses as git-codecommit::
        unchanged
    "#]]);
    assert_same(&home.snapshot(), &before, "");
    let asked = helper_for(&home, &format!("{HOST}/v1/repos/x"));
    assert_eq!(asked.len(), 1);
    let version = home.git(&["codecommit", "version"]).succeeded();
    let expected = format!("git-codecommit {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.stdout, expected);
    home.unsetup(&[]).succeeded();
    assert!(!home.path(".config").exists());
}

#[test]
fn odd_profiles_and_folders_are_quoted() {
    let home = Home::new();
    let bin = home.path("my programs");
    std::fs::rename(home.path(".local/bin"), &bin).unwrap();
    let program = bin.join("git-codecommit");
    let folder = bin.display().to_string();
    let arguments = Home::arguments_for(&folder, &["--yes", "--profile", "my a@b"]);
    home.run(&program, &arguments).succeeded();
    let asked = helper_for(&home, &format!("{HOST}/v1/repos/x"));
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("my programs"), "{asked:?}");
    let url = home.run(&program, &["url", "codecommit://my%20a@b@demo"]);
    assert_eq!(url.succeeded().stdout, format!("{HOST}/v1/repos/demo\n"));
    assert!(home.read(".aws/config").contains("[profile \"my a@b\"]\n"));
}

#[test]
fn a_folder_whose_name_a_setting_cannot_hold_is_refused() {
    let home = Home::new();
    let before = home.snapshot();
    for name in ["two\nlines", "bell\u{7}"] {
        let arguments = Home::arguments_for(name, &["--yes"]);
        let said = home.run(home.program(), &arguments).failed();
        assert_eq!(said.code, Some(2), "{said:?}");
        let said = said.said();
        assert!(
            said.contains(
                "contains a control character, or is not UTF-8\nhint: choose a folder with a plain name"
            ),
            "{said}"
        );
        assert!(!said.contains(name), "{said}");
    }
    assert_same(&home.snapshot(), &before, "");
}
