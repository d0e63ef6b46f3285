//! What git does with the settings: which helper it asks, and where addresses lead.

use super::{Home, PROFILE, assert_same};

const HOST: &str = "https://git-codecommit.eu-west-1.amazonaws.com";

/// The command that git starts for a URL, by its own trace.
fn helper_for(home: &Home, url: &str) -> Vec<String> {
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
    let ours = format!("~/.local/bin/git-credential-codecommit --profile {PROFILE} get");
    for host in [
        "git-codecommit.eu-west-1.amazonaws.com",
        "git-codecommit-fips.eu-west-1.amazonaws.com",
        "vpce-0a1b-2c.git-codecommit.eu-west-1.vpce.amazonaws.com",
    ] {
        let asked = helper_for(&home, &format!("https://{host}/v1/repos/demo-repo"));
        assert_eq!(asked, std::slice::from_ref(&ours), "{host}");
    }
    for other in [
        "https://github.com/x/y",
        "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/x",
    ] {
        let asked = helper_for(&home, other);
        assert!(
            asked.iter().all(|run| !run.contains("codecommit")),
            "{asked:?}"
        );
        assert_eq!(asked.len(), 2, "{asked:?}");
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
    let said = home.run(home.program(), &wrong).failed();
    assert_eq!(
        said.said(),
        "git-codecommit: cn-north-1 is in partition aws-cn, and the role is in aws\n\
         hint: check --region and --role-arn"
    );
}

#[test]
fn existing_remotes_and_submodules_go_by_https() {
    let home = Home::new();
    home.setup(&["--mode", "https", "--region", "us-east-1"])
        .succeeded();
    let leads = |address: &str| {
        let said = home.git(&["ls-remote", "--get-url", address]).succeeded();
        said.stdout.trim_end().to_owned()
    };
    for (address, url) in [
        (
            format!("codecommit::eu-west-1://{PROFILE}@demo"),
            format!("{HOST}/v1/repos/demo"),
        ),
        (
            format!("codecommit://{PROFILE}@demo"),
            format!("{HOST}/v1/repos/demo"),
        ),
        (
            format!("codecommit::us-east-1://{PROFILE}@demo"),
            "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/demo".to_owned(),
        ),
        // Another profile is another identity.
        (
            "codecommit::eu-west-1://other@demo".to_owned(),
            "codecommit::eu-west-1://other@demo".to_owned(),
        ),
        (
            "codecommit::eu-west-1://demo".to_owned(),
            "codecommit::eu-west-1://demo".to_owned(),
        ),
    ] {
        assert_eq!(leads(&address), url);
    }
}

#[test]
fn an_address_without_a_region_is_not_led_to_another_region() {
    // git-remote-codecommit takes AWS_DEFAULT_REGION before the profile's region.
    let mut home = Home::new();
    home.set("AWS_DEFAULT_REGION", "eu-central-1");
    home.setup(&["--mode", "https"]).succeeded();
    let address = format!("codecommit://{PROFILE}@demo");
    let said = home.git(&["ls-remote", "--get-url", &address]).succeeded();
    assert_eq!(said.stdout.trim_end(), address);
}

#[test]
fn condas_helper_is_left_in_place_and_led_round() {
    let home = Home::new();
    let said = home.setup(&[]).succeeded();
    let conda = home.place.path().join("conda/bin/git-remote-codecommit");
    assert!(
        said.stdout.contains(&format!(
            "note: {} hides this git-remote-codecommit from programs with its folder on PATH: \
             codecommit:: addresses of profile \"{PROFILE}\" go by https instead",
            conda.display()
        )),
        "{said:?}"
    );
    // A terminal of Studio: interactive bash, no login.
    let found = home.run(
        "bash",
        &["-ic", "command -v git-remote-codecommit git-codecommit"],
    );
    let bin = home.path(".config/git-codecommit/bin");
    assert_eq!(
        found.stdout,
        format!(
            "{0}/git-remote-codecommit\n{0}/git-codecommit\n",
            bin.display()
        )
    );
    // And a shell in that shell adds nothing.
    let path = home.run("bash", &["-ic", "bash -ic 'echo $PATH'"]);
    assert_eq!(
        path.stdout.matches("git-codecommit/bin").count(),
        1,
        "{path:?}"
    );
    assert!(std::fs::read_to_string(&conda).unwrap().contains("conda"));

    let home = Home::new();
    let said = home.setup(&["--mode", "remote"]).succeeded();
    assert!(
        said.stderr.contains("--mode both leads round it"),
        "{said:?}"
    );
    let before = Home::new();
    let said = before.setup(&["--mode", "remote", "--strict"]).failed();
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(before.snapshot().is_empty(), "nothing is changed");
}

#[test]
fn path_is_left_alone_where_terminals_find_the_programs() {
    let mut home = Home::new();
    std::fs::remove_dir_all(home.place.path().join("conda")).unwrap();
    let path = format!(
        "{}:{}",
        home.path(".local/bin").display(),
        home.environment["PATH"]
    );
    home.set("PATH", &path);
    home.setup(&[]).succeeded();
    assert!(!home.path(".bashrc").exists());
    assert!(!home.path(".config/git-codecommit/bin").exists());
    let home = Home::new();
    home.setup(&["--no-path", "--no-aws-config"]).succeeded();
    assert!(!home.path(".bashrc").exists() && !home.path(".aws").exists());
}

#[test]
fn a_home_with_two_names_needs_one_set_up() {
    // Classic: the same folder is /root in kernels and /home/sagemaker-user in the Jupyter server.
    let mut home = Home::new();
    home.write(".bashrc", "");
    home.setup(&[]).succeeded();
    let before = home.snapshot();
    let other = home.place.path().join("root");
    std::os::unix::fs::symlink("home", &other).unwrap();
    home.set("HOME", &other.display().to_string());
    let said = home.setup(&[]).succeeded();
    assert!(said.stdout.ends_with("unchanged\n"), "{said:?}");
    assert_same(&home.snapshot(), &before, "");
    let asked = helper_for(&home, &format!("{HOST}/v1/repos/x"));
    assert_eq!(asked.len(), 1);
    let found = home.run("bash", &["-ic", "command -v git-remote-codecommit"]);
    assert_eq!(
        found.stdout.trim_end(),
        other
            .join(".config/git-codecommit/bin/git-remote-codecommit")
            .display()
            .to_string()
    );
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
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
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
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
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
