//! JupyterLab's Git panel: the real extension, driven by the requests that its pages send.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use expect_test::expect;
use local_aws::{EXECUTION_ROLE, Permission};

use super::{assert_all_ours, set_up_for_role, space};
use crate::harness::{HTTPS, Studio, WITH_REGION, WITHOUT_REGION, stable};

const ROLE: &str = ":assumed-role/MyCrossAccountRepositoryContributorRole/";
const TOKEN: &str = "a-token-of-jupyter";

/// A running JupyterLab; ends with the test.
struct Lab<'a> {
    studio: &'a Studio,
    socket: PathBuf,
    process: Child,
}

impl<'a> Lab<'a> {
    fn start(studio: &'a Studio) -> Self {
        let socket = studio.place().join("lab.sock");
        let options = format!(
            "exec jupyter lab --no-browser --allow-root --ServerApp.sock={} --ServerApp.root_dir={} > lab.log 2>&1",
            socket.display(),
            studio.home().display()
        );
        let mut command = studio.command(".", Path::new("/bin/sh"), &["-c", &options]);
        let process = command.env("JUPYTER_TOKEN", TOKEN).spawn().unwrap();
        let mut lab = Self {
            studio,
            socket,
            process,
        };
        // A machine that is busy needs a quarter of a minute.
        for _ in 0..600 {
            if lab.ask("GET", "api/status", "").ends_with(" 200") {
                return lab;
            }
            let ended = lab.process.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?} {}", lab.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("JupyterLab does not answer: {}", lab.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.studio.home().join("lab.log")).unwrap_or_default()
    }

    /// What the panel's server answers, and the status.
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let socket = self.socket.display().to_string();
        let (token, url) = (
            format!("Authorization: token {TOKEN}"),
            format!("http://localhost/{path}"),
        );
        let mut arguments = vec![
            "-sS",
            "--max-time",
            "60",
            "-w",
            " %{http_code}",
            "--unix-socket",
            &socket,
        ];
        arguments.extend(["-H", &token, "-X", method, &url]);
        if !body.is_empty() {
            arguments.extend(["-d", body]);
        }
        self.studio
            .run_in(".", Path::new("/usr/bin/curl"), &arguments, "")
            .stdout
    }

    /// Sends what a button of the panel sends, for a folder; it must succeed.
    #[track_caller]
    fn press(&self, folder: &str, button: &str, body: &str) -> String {
        let said = self.ask("POST", &format!("git/{folder}/{button}"), body);
        assert!(
            said.starts_with("{\"code\": 0") && said.ends_with(" 200"),
            "{said}\n{}",
            self.log()
        );
        said
    }

    /// Clones into a new folder.
    fn clone(&self, folder: &str, address: &str) -> String {
        std::fs::create_dir(self.studio.home().join(folder)).unwrap();
        let body = format!("{{\"clone_url\": \"{address}\"}}");
        self.ask("POST", &format!("git/{folder}/clone"), &body)
    }
}

impl Drop for Lab<'_> {
    fn drop(&mut self) {
        // It ends its own children on this request; if it does not answer, it is killed.
        if !self.ask("POST", "api/shutdown", "").ends_with(" 200") {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs JupyterLab: scripts/tools installs it and runs this"]
fn jupyterlabs_git_panel_goes_by_our_transport_whatever_is_on_path() {
    let studio = space(|aws| aws.permission(EXECUTION_ROLE, Permission::PullPush));
    let ca = studio.aws.ca_file().display().to_string();
    studio.configure("http.sslCAInfo", &ca);
    let lab = Lab::start(&studio);

    // Before setup, it is conda's helper that the panel's git finds: it clones by git's own https.
    let said = lab.clone("before", "codecommit::eu-west-1://demo-repo");
    assert!(said.ends_with(" 200"), "{said}");
    let requests = studio.aws.git_requests();
    assert!(
        requests
            .iter()
            .all(|r| !r.user_agent.as_ref().unwrap().contains("git-codecommit"))
    );
    let refused = |status| status == Some(401);
    assert!(requests.iter().any(|r| refused(r.status)), "{requests:#?}");
    studio.aws.clear_record();

    // The panel need not be started again after it.
    set_up_for_role(&studio);
    // Another profile of the user's: a program that prints the keys of the execution role.
    let program = "curl -sS \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\" | sed 's/{/{\"Version\":1,/; s/\"Token\"/\"SessionToken\"/'";
    let other = studio.write_program("keys", &format!("#!/bin/sh\n{program}\n"));
    let config = std::fs::read_to_string(studio.home().join(".aws/config")).unwrap();
    let other = format!(
        "[profile Other]\ncredential_process = {}\n",
        other.display()
    );
    studio.write(".aws/config", &(config + &other));
    clone_in_four_ways(&lab);
    work(&lab);
    mistype(&lab);
    pick_from_the_list(&lab);
}

/// With region and profile, without the region, without a profile, and with another profile.
fn clone_in_four_ways(lab: &Lab<'_>) {
    for (folder, address, role) in [
        ("one", WITH_REGION, ROLE),
        ("two", WITHOUT_REGION, ROLE),
        (
            "three",
            "codecommit::eu-west-1://demo-repo",
            ":assumed-role/SageMakerExecutionRole/",
        ),
        (
            "four",
            "codecommit::eu-west-1://Other@demo-repo",
            ":assumed-role/SageMakerExecutionRole/",
        ),
    ] {
        let said = lab.clone(folder, address);
        assert!(said.ends_with(" 200"), "{address}: {said}");
        assert_eq!(assert_all_ours(&lab.studio.aws, role), 2, "{address}");
        let stored = lab.studio.git_in(
            &format!("{folder}/demo-repo"),
            &["config", "remote.origin.url"],
        );
        assert_eq!(stored.succeeded().stdout.trim_end(), address);
    }
}

/// A day's work: change, stage, commit, push here, and pull there.
fn work(lab: &Lab<'_>) {
    let (here, there) = ("one/demo-repo", "two/demo-repo");
    lab.studio
        .write(&format!("{here}/finding.txt"), "a finding\n");
    lab.press(
        here,
        "add",
        "{\"add_all\": false, \"filename\": \"finding.txt\"}",
    );
    lab.press(here, "commit", "{\"commit_msg\": \"Note a finding\"}");
    lab.press(here, "push", "{}");
    assert_eq!(
        lab.studio.remote_ref("refs/heads/main"),
        lab.studio.head(here)
    );
    lab.press(there, "remote/fetch", "{}");
    let said = lab.press(there, "status", "{}");
    assert!(said.contains("\"behind\": 1"), "{said}");
    lab.press(there, "pull", "{}");
    assert_eq!(lab.studio.head(there), lab.studio.head(here));
    let seen = assert_all_ours(&lab.studio.aws, ROLE);
    assert!(seen >= 5, "{seen}");
}

/// The panel shows our words. None of them makes it ask for a user name, which it does at "could not read Username",
/// "Authentication failed" and their like.
fn mistype(lab: &Lab<'_>) {
    let said = lab.clone(
        "missing",
        "codecommit::eu-west-1://CrossAccountAccessProfile@missing",
    );
    expect![[r#"{"code": 128, "message": "Cloning into 'missing'...\ngit-remote-codecommit: repository \"missing\" in eu-west-1 not found (localhost:PORT, HTTP 404)\nhint: signed as arn:aws:sts::111111111111:assumed-role/MyCrossAccountRepositoryContributorRole/git-codecommit (cached session; git codecommit cache clear removes it)\nhint: check the name, upper and lower case too, and that the repository is in this identity's account and in eu-west-1"} 500"#]].assert_eq(&stable(&said));
    assert_eq!(assert_all_ours(&lab.studio.aws, ROLE), 1);
}

/// A suggested repository of the domain is an https URL: git's own transport asks our credential helper, after the
/// refusal by which git finds out that a password is wanted.
fn pick_from_the_list(lab: &Lab<'_>) {
    let said = lab.clone("suggested", HTTPS);
    assert!(said.ends_with(" 200"), "{said}");
    let statuses: Vec<_> = lab
        .studio
        .aws
        .git_requests()
        .iter()
        .map(|r| r.status)
        .collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(200)]);
}
