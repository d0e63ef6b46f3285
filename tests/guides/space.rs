//! A Studio space under AWS's own names: the machine's network, `/home`, `/opt` and trust are replaced for this
//! process, so that what a guide shows is what a person sees.

use std::fs;
use std::process::Command;
use std::time::Duration;

use local_aws::{Action, Builder, CONTRIBUTOR_ROLE, Fault, LocalAws, Permission, Service};
use tempfile::TempDir;

use super::page::Reader;
use crate::harness::helpers;

/// The addresses of the space's network: the container endpoint's is AWS's own, the others stand for VPC endpoints.
pub(crate) const NETWORK: &str = "ip link set lo up && for a in 169.254.170.2 10.0.12.21 10.0.12.34 10.0.12.47; do \
     ip address add $a/32 dev lo; done && mount -t tmpfs none /opt";
const CONTAINER: ([u8; 4], u16) = ([169, 254, 170, 2], 80);
const STS: ([u8; 4], u16) = ([10, 0, 12, 21], 443);
const GIT: ([u8; 4], u16) = ([10, 0, 12, 34], 443);
const API: ([u8; 4], u16) = ([10, 0, 12, 47], 443);
const HOSTS: &str = "127.0.0.1 localhost\n\
     10.0.12.21 sts.eu-west-1.amazonaws.com\n\
     10.0.12.34 git-codecommit.eu-west-1.amazonaws.com\n\
     10.0.12.47 codecommit.eu-west-1.amazonaws.com\n";
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The processor in the guides' archives.
const WRITTEN_ON: &str = "x86_64";
const HOME: &str = "/home/sagemaker-user";

/// The space that a guide's reader sits in.
pub(crate) struct Space {
    pub(crate) aws: LocalAws,
    pub(crate) place: TempDir,
}

impl Space {
    /// Makes this process's network and files those of a space.
    pub(super) fn new() -> Self {
        Self::with_aws(|aws| aws)
    }

    /// The same in front of an AWS with more in it than the repository `demo-repo`.
    pub(crate) fn with_aws(set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let aws = set_up(LocalAws::builder().repository("demo-repo"))
            .address(Service::Container, CONTAINER.into())
            .address(Service::Sts, STS.into())
            .address(Service::Git, GIT.into())
            .address(Service::CodeCommit, API.into())
            .start();
        let space = Self {
            aws,
            place: tempfile::tempdir().unwrap(),
        };
        let place = space.place.path().display().to_string();
        fs::write(space.place.path().join("hosts"), HOSTS).unwrap();
        fs::copy(space.aws.ca_file(), space.place.path().join("ca.pem")).unwrap();
        let programs = helpers().display().to_string();
        let root = env!("CARGO_MANIFEST_DIR");
        space.prepare_with(&format!(
            "cd {place}; mkdir built; for p in git-codecommit git-remote-codecommit git-credential-codecommit; do\n\
             strip -o built/$p {programs}/$p; done\n\
             {root}/scripts/package --programs built --output . > package.log; archive=$(ls *.tar.gz)\n\
             mount --bind hosts /etc/hosts; mount --bind ca.pem {AUTHORITIES}\n\
             mount -t tmpfs none /home; mkdir -p {HOME} /opt/conda/bin /opt/ml/metadata\n\
             cp $archive /opt\n\
             printf '#!/bin/sh\\necho conda >&2; exit 1\\n' > /opt/conda/bin/git-remote-codecommit\n\
             chmod 755 /opt/conda/bin/git-remote-codecommit\n\
             cat > /opt/ml/metadata/resource-metadata.json <<'JSON'\n\
             {{\"AppType\":\"JupyterLab\",\"DomainId\":\"d-4examplexmpl\",\"SpaceName\":\"ada-jupyter\",\
             \"UserProfileName\":\"ada\",\
             \"ResourceArn\":\"arn:aws:sagemaker:eu-west-1:222222222222:app/d-4examplexmpl/ada/JupyterLab/default\"}}\n\
             JSON\n\
             touch state"
        ));
        space
    }

    fn shell(&self, script: &str) -> (bool, String) {
        let path = "/opt/conda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let environment = [
            ("HOME", HOME),
            ("PATH", path),
            (
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                &self.credentials(),
            ),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            (
                "STATE",
                &self.place.path().join("state").display().to_string(),
            ),
        ];
        self.run(&environment, script)
    }

    /// What `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is here.
    pub(crate) fn credentials(&self) -> String {
        let url = self.aws.container_url();
        url[url.find("/v2/").unwrap()..].to_owned()
    }

    /// Runs a script of bash in an environment of its own: whether it succeeded, and what it printed.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they test"
    )]
    pub(crate) fn run(&self, environment: &[(&str, &str)], script: &str) -> (bool, String) {
        let said = Command::new("bash")
            .args(["--noprofile", "--norc", "-c", script])
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        (
            said.status.success(),
            text + &String::from_utf8_lossy(&said.stderr),
        )
    }

    fn prepare_with(&self, script: &str) {
        let (succeeded, said) = self.shell(&format!("set -e\n{script}"));
        assert!(succeeded, "{script}\n{said}");
    }
}

impl Reader for Space {
    /// In a new terminal each time, in the folder and with the variables of the last one.
    fn command(&mut self, command: &str) -> String {
        let script = format!(
            "exec 2>&1; cd; . \"$STATE\"; [ ! -e ~/.bashrc ] || . ~/.bashrc\n\
             {command}\n\
             {{ export -p; printf 'cd %q\\n' \"$PWD\"; }} > \"$STATE\""
        );
        let here = std::env::consts::ARCH;
        let said = self.shell(&script.replace(WRITTEN_ON, here)).1;
        on_a_terminal(&said).replace(here, WRITTEN_ON)
    }

    fn prepare(&mut self, command: &str) {
        let command = command.replace(WRITTEN_ON, std::env::consts::ARCH);
        self.prepare_with(&format!("cd; . \"$STATE\"; {command}"));
    }

    fn aws(&mut self, state: &str) {
        match state {
            "as usual" => {
                self.aws.clear_faults();
                self.aws.set_clock_offset(time::Duration::ZERO);
                self.aws
                    .set_permission(CONTRIBUTOR_ROLE, Permission::PullPush);
                fs::write("/etc/hosts", HOSTS).unwrap();
                let ca = fs::read(self.aws.ca_file()).unwrap();
                fs::write(AUTHORITIES, ca).unwrap();
            }
            "the role does not trust the caller" => {
                let caller =
                    "arn:aws:sts::222222222222:assumed-role/SageMakerExecutionRole/SageMaker";
                let words = format!(
                    "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {CONTRIBUTOR_ROLE}"
                );
                let refusal = Action::sts_error(403, "AccessDenied", &words);
                self.aws.fail(Fault::new(Service::Sts, refusal).always());
            }
            "the role may only read" => {
                self.aws.set_permission(CONTRIBUTOR_ROLE, Permission::Pull);
            }
            "the role may do nothing" => {
                self.aws.set_permission(CONTRIBUTOR_ROLE, Permission::None);
            }
            "no VPC endpoint for git" => {
                let without: Vec<&str> = HOSTS
                    .lines()
                    .filter(|line| !line.contains("git-"))
                    .collect();
                fs::write("/etc/hosts", without.join("\n") + "\n").unwrap();
            }
            "no VPC endpoint for STS" => {
                let without: Vec<&str> =
                    HOSTS.lines().filter(|line| !line.contains("sts")).collect();
                fs::write("/etc/hosts", without.join("\n") + "\n").unwrap();
            }
            "the clock is half an hour late" => {
                self.aws.set_clock_offset(time::Duration::minutes(30));
            }
            "no container credentials" => {
                let gone = Action::status(500, "");
                self.aws.fail(Fault::new(Service::Container, gone).always());
            }
            "a proxy that signs anew" => {
                fs::write(AUTHORITIES, "").unwrap();
            }
            other => panic!("{other:?} is no state of the local AWS"),
        }
        // Let connections that are being closed go.
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a terminal shows in the end: the last of what is written over each other.
fn on_a_terminal(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_end_matches(['\r', ' ']);
        line.rsplit('\r').next().unwrap_or_default().trim_end()
    });
    lines.collect::<Vec<_>>().join("\n")
}
