//! One case: what is there, what is asked, and what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use local_aws::{EXECUTION_ROLE, Keys, LocalAws, LoginSession, Permission, Role, SsoSession};
use tempfile::TempDir;
use time::Duration;

use super::seen::seen;
use super::worker::{Run, Worker};
use crate::harness::helpers;

/// The device of the roles that ask for a code.
const DEVICE: &str = "arn:aws:iam::111111111111:mfa/dev";
/// The roles of the cases. In texts they are `{reader}` and so on, after the last part of their names.
const ROLES: [&str; 8] = [
    "arn:aws:iam::111111111111:role/reader",
    "arn:aws:iam::111111111111:role/guarded",
    "arn:aws:iam::111111111111:role/careful",
    "arn:aws:iam::111111111111:role/long",
    "arn:aws:iam::111111111111:role/web",
    "arn:aws:iam::111111111111:role/first",
    "arn:aws:iam::111111111111:role/team/second",
    "arn:aws:iam::111111111111:role/closed",
];
const TOKEN: &str = "eyJ.web.identity";
const START_URL: &str = "https://example.awsapps.com/start";
/// Longer than any tool takes to see that its keys still have long to live.
const DAY: Duration = Duration::DAY;

/// What must come of a case.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    /// Both get in, and the services saw the same.
    Same,
    /// Both fail; ours says this.
    BothFail(&'static str),
    /// The reference fails or gives up; ours gets in, and the services saw this.
    OursOnly(&'static str),
    /// Both get in, ours on purpose by another way: the services saw this.
    ByDesign(&'static str),
    /// Both keep silent, as if they had not been asked.
    Silent,
    /// The reference gives an answer that it should not; ours fails and says this, or keeps silent.
    Refused(&'static str),
    /// OPEN: ours does or says this, and should not. Reported; the mark goes when it is mended.
    Open(&'static str),
}

/// One line of a table. In all texts, `{dev}` and the like stand for what [`Stage::expand`] knows.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// `~/.aws/config` and `~/.aws/credentials`; `|` ends a line.
    config: &'static str,
    credentials: &'static str,
    /// `NAME=value` pairs, separated by spaces.
    environment: &'static str,
    /// The address, or the profile option and the lines of a credential request, separated by `|`.
    pub(super) asked: &'static str,
    pub(super) outcome: Outcome,
}

pub(super) const fn case(
    name: &'static str,
    config: &'static str,
    credentials: &'static str,
    environment: &'static str,
    asked: &'static str,
    outcome: Outcome,
) -> Case {
    Case {
        name,
        config,
        credentials,
        environment,
        asked,
        outcome,
    }
}

/// A home, a local AWS and a worker for many cases.
pub(super) struct Stage {
    pub(super) aws: LocalAws,
    pub(super) worker: Worker,
    place: TempDir,
    dev: Keys,
    session: Keys,
    execution: Keys,
    sso: SsoSession,
    login: LoginSession,
}

impl Stage {
    pub(super) fn set() -> Self {
        let [reader, guarded, careful, long, web, first, second, closed] = ROLES.map(Role::new);
        let dev = "arn:aws:iam::111111111111:user/dev";
        let aws = LocalAws::builder()
            .repository("demo-repo")
            .repository("My.Repo_1")
            .role_with(
                reader
                    .trusts(dev)
                    .trusts(EXECUTION_ROLE)
                    .trusts("arn:aws:iam::111111111111:role/Ci"),
            )
            .role_with(guarded.trusts(dev).external_id("x-1:/y"))
            .role_with(careful.trusts(dev).mfa(DEVICE))
            .role_with(long.trusts(dev).max_session(7200))
            .role_with(web.web_identity_token(TOKEN))
            .role_with(first.trusts(dev).trusts(EXECUTION_ROLE).trusts(ROLES[0]))
            .role_with(second.trusts(ROLES[5]))
            .role_with(closed)
            .sso_role("111111111111", "Developer")
            .permission(EXECUTION_ROLE, Permission::Pull)
            .start();
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("home");
        let worker = Worker::start(&aws, home.to_str().unwrap());
        Self {
            worker,
            dev: aws.issue_user("dev"),
            session: aws.issue_session("arn:aws:sts::111111111111:assumed-role/Ci/build", DAY),
            execution: aws.execution_role_keys(),
            sso: aws.sso_session(DAY),
            login: aws.login_session("arn:aws:iam::111111111111:user/console", DAY),
            aws,
            place,
        }
    }

    pub(super) fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    /// The keys that were there before any case.
    pub(super) fn known_keys(&self) -> Vec<String> {
        let keys = [&self.dev, &self.session, &self.execution, &self.login.keys];
        keys.map(|keys| keys.access_key_id.clone()).into()
    }

    /// Puts the values of this stage into a text.
    fn expand(&self, text: &str) -> String {
        let pair = |keys: &Keys| {
            let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
            format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}")
        };
        let token = self.session.session_token.as_deref().unwrap();
        let home = self.home().display().to_string();
        let sso = format!("sso_start_url = {START_URL}\nsso_region = eu-west-1");
        let process = json_of(&self.session, token);
        let mut text = text.replace('|', "\n");
        for (name, value) in [
            ("{dev}", pair(&self.dev)),
            ("{dev.id}", self.dev.access_key_id.clone()),
            ("{dev.secret}", self.dev.secret_access_key.clone()),
            (
                "{session}",
                format!("{}\naws_session_token = {token}", pair(&self.session)),
            ),
            ("{session.id}", self.session.access_key_id.clone()),
            ("{session.secret}", self.session.secret_access_key.clone()),
            ("{session.token}", token.to_owned()),
            ("{process}", format!("printf '%s' '{process}'")),
            ("{sso}", sso),
            (
                "{account}",
                "sso_account_id = 111111111111\nsso_role_name = Developer".into(),
            ),
            ("{device}", DEVICE.into()),
            ("{login}", self.login.arn.clone()),
            ("{home}", home),
            ("{container}", self.aws.container_url()),
            ("{metadata}", self.aws.instance_metadata_url()),
            ("{git}", self.aws.git_authority()),
            ("{sts}", self.aws.sts_url()),
        ] {
            text = text.replace(name, &value);
        }
        for role in ROLES {
            let name = role.rsplit_once('/').unwrap().1;
            text = text.replace(&format!("{{{name}}}"), role);
        }
        assert!(
            !text.contains("{}") && !unknown(&text),
            "an unknown name in {text}"
        );
        text
    }

    /// A new home for a case, with its files.
    pub(super) fn prepare(&self, case: &Case) {
        let home = self.home();
        // The first case has none to take away.
        let _ = fs::remove_dir_all(&home);
        let write = |path: &str, text: &str| {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("token", TOKEN);
        let session = self.sso.cache_file(START_URL, "eu-west-1");
        write(
            &format!(".aws/sso/cache/{}", SsoSession::cache_name("corp")),
            &session,
        );
        let legacy = self.sso.legacy_cache_file(START_URL, "eu-west-1");
        write(
            &format!(".aws/sso/cache/{}", SsoSession::cache_name(START_URL)),
            &legacy,
        );
        let login = format!(".aws/login/cache/{}", self.login.cache_name());
        write(&login, &self.login.cache_file());
        for (path, text) in [
            (".aws/config", case.config),
            (".aws/credentials", case.credentials),
        ] {
            if !text.is_empty() {
                write(path, &self.expand(text));
            }
        }
        self.aws.clear_record();
    }

    /// The whole environment of a case.
    pub(super) fn environment(&self, case: &Case) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::new();
        let home = self.home().display().to_string();
        for (name, value) in [
            ("HOME", home.as_str()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LC_ALL", "C.UTF-8"),
            ("USER", "ada"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("HTTPS_PROXY", &self.aws.proxy_url()),
            ("AWS_CA_BUNDLE", self.aws.ca_file().to_str().unwrap()),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        let own = self.expand(case.environment);
        for pair in own.split(' ').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap();
            environment.insert(name.to_owned(), value.to_owned());
        }
        environment
    }

    /// Runs one tool in the home as it is; what the services saw.
    pub(super) fn run(
        &mut self,
        tool: &str,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
        input: &str,
    ) -> Run {
        let codes = [self.aws.mfa_code(DEVICE), self.aws.mfa_code(DEVICE)];
        self.worker.run(tool, arguments, environment, input, &codes)
    }

    pub(super) fn seen(&self) -> Vec<String> {
        seen(&self.aws, &self.known_keys())
    }

    /// The text of a case with its names expanded.
    pub(super) fn text(&self, text: &str) -> String {
        self.expand(text)
    }
}

/// Whether a `{name}` is left that nobody knows.
fn unknown(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once('{') {
        let name: String = tail
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '.')
            .collect();
        if !name.is_empty() && tail[name.len()..].starts_with('}') {
            return true;
        }
        rest = tail;
    }
    false
}

fn json_of(keys: &Keys, token: &str) -> String {
    serde_json::json!({
        "Version": 1, "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key, "SessionToken": token,
    })
    .to_string()
}

/// The path of one of our programs.
pub(super) fn ours(name: &str) -> String {
    let path: &Path = &helpers().join(name);
    path.to_str().unwrap().to_owned()
}
