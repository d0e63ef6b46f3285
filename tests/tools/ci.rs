//! The blocks of docs/ci.md, run as their platforms would: each in an environment of its own, under AWS's host names.

use std::fs;
use std::path::Path;
use std::process::Command;

use local_aws::{EXECUTION_ROLE, Permission, Role, lacks};
use time::Duration;

use super::{assert_all_ours, tools};
use crate::guides::space::{NETWORK, Space};
use crate::harness::is_inside;

const NAME: &str = "tools::ci::every_block_of_the_ci_page_runs_as_on_its_platform";
/// An image's `/etc`, which setup may write: what can be read of this machine's.
const IMAGE: &str = "mkdir /opt/etc && { cp -r /etc/. /opt/etc 2>/dev/null || true; } && \
     mount --bind /opt/etc /etc && rm -f /etc/gitconfig";
const TOKEN: &str = "token-of-the-platform";
const EXECUTION: &str = ":assumed-role/SageMakerExecutionRole/";

/// A job's machine, and the scripts that the platforms make of the page.
struct Platform {
    space: Space,
    scripts: String,
    context: String,
    archive: String,
    sum: String,
}

impl Platform {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests start the programs they test"
    )]
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap().keep();
        // Before the folders of this machine are hidden.
        let said = Command::new(tools().join("python"))
            .args([
                root.join("tests/tools/platforms.py"),
                root.join("docs/ci.md"),
                folder.clone(),
            ])
            .output()
            .unwrap();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        let role = |name: &str| {
            Role::new(&format!("arn:aws:iam::111111111111:role/{name}")).web_identity_token(TOKEN)
        };
        let space = Space::with_aws(|aws| {
            aws.permission(EXECUTION_ROLE, Permission::PullPush)
                .role_with(role("GitHubActions"))
                .role_with(role("GitLab"))
        });
        // The folder in which an image is built, and the host of the archive.
        let context = space.place.path().join("context").display().to_string();
        let (_, found) = space.run(
            &[PATH, ("CONTEXT", &context)],
            "mkdir \"$CONTEXT\"; mv /opt/*.tar.gz \"$CONTEXT\"; cd \"$CONTEXT\"; touch app.py\n\
             ls *.tar.gz; sha256sum < *.tar.gz",
        );
        let (name, sum) = found.split_once('\n').unwrap();
        let (archive, sum) = (format!("file://{context}/{name}"), sum[..64].to_owned());
        let scripts = folder.display().to_string();
        Self {
            space,
            scripts,
            context,
            archive,
            sum,
        }
    }

    /// Runs a block of a section in a new folder; it must succeed, and print no hint of ours.
    #[track_caller]
    fn run(&self, section: &str, block: usize, environment: &[(&str, &str)]) -> String {
        let script = format!("{}/{section}.{block}.sh", self.scripts);
        let script =
            fs::read_to_string(&script).unwrap_or_else(|error| panic!("{script}: {error}"));
        let script = script.replace("x86_64", std::env::consts::ARCH);
        let work = self.space.place.path().join("work");
        let work = work.display().to_string();
        let most = [
            PATH,
            ("GIT_CONFIG_SYSTEM", "/etc/gitconfig"),
            ("TMPDIR", &work),
            ("WORK", &work),
        ];
        let script = format!("rm -rf \"$WORK\"; mkdir -p \"$WORK\"; cd \"$WORK\"\n{script}");
        let (succeeded, said) = self.space.run(&[&most, environment].concat(), &script);
        assert!(succeeded, "{section}, block {block}:\n{script}\n{said}");
        said
    }

    /// Checks that a block cloned so often (submodules may need more requests) by our remote helper, and who signed.
    #[track_caller]
    fn assert_cloned(&self, clones: usize, signer: &str) {
        let requests = assert_all_ours(&self.space.aws, signer);
        assert!(requests >= 2 * clones, "{requests}");
    }

    /// The machine without our programs and settings.
    fn bare(&self) {
        let forget = "rm -rf /opt/git-codecommit /etc/git-codecommit /etc/gitconfig* /home/*; mkdir /home/root /home/runner";
        assert!(self.space.run(&[PATH], forget).0);
    }
}

const PATH: (&str, &str) = ("PATH", "/usr/local/bin:/usr/bin:/bin");
/// A home that is not there and cannot be made.
const NO_HOME: (&str, &str) = ("HOME", "/proc/nowhere");

#[test]
#[ignore = "needs PyYAML: scripts/tools installs it and runs this"]
fn every_block_of_the_ci_page_runs_as_on_its_platform() {
    if lacks("jq") || lacks("python3") || !is_inside(NAME, &format!("{NETWORK} && {IMAGE}")) {
        return;
    }
    let platform = Platform::new();
    code_build(&platform);
    git_hub(&platform);
    docker(&platform);
    for section in ["Amazon ECS", "Jenkins", "GitLab CI"] {
        on_the_image(&platform, section);
    }
    lambda(&platform);
    in_a_copied_home(&platform);
    fs::remove_dir_all(&platform.scripts).unwrap();
}

fn code_build(platform: &Platform) {
    platform.bare();
    let credentials = platform.space.credentials();
    let environment = [
        ("HOME", "/home/root"),
        ("ARCHIVE", &platform.archive),
        ("SHA256", &platform.sum),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &credentials),
    ];
    platform.run("AWS CodeBuild", 0, &environment);
    platform.assert_cloned(1, EXECUTION);
    // With `git-credential-helper: yes` CodeBuild writes these lines.
    let theirs = "mkdir -p ~; git config --global credential.helper '!aws codecommit credential-helper $@'\n\
                  git config --global credential.UseHttpPath true\n";
    assert!(platform.space.run(&[PATH, environment[0]], theirs).0);
    platform.run("AWS CodeBuild", 0, &environment);
    platform.assert_cloned(1, EXECUTION);
    // Another archive than the one that was named is not installed.
    platform.bare();
    let script = format!("{}/AWS CodeBuild.0.sh", platform.scripts);
    let script = format!("cd /home; {}", fs::read_to_string(script).unwrap());
    let wrong = [
        PATH,
        environment[0],
        environment[1],
        ("SHA256", &"0".repeat(64)),
    ];
    let (succeeded, said) = platform.space.run(&wrong, &script);
    assert!(!succeeded && said.contains("FAILED"), "{said}");
    assert!(!Path::new("/opt/git-codecommit").exists());
}

fn git_hub(platform: &Platform) {
    platform.bare();
    let place = platform.space.place.path().display().to_string();
    let url = format!("file://{place}/token");
    fs::write(
        format!("{place}/token&audience=sts.amazonaws.com"),
        format!("{{\"count\": 1, \"value\": \"{TOKEN}\"}}"),
    )
    .unwrap();
    let next = format!("{place}/next");
    // What actions/checkout does with submodules: its git has a HOME of its own, with a copy of .gitconfig. The
    // user's has setup's include, as a machine has on which somebody ran it.
    let checkout = "checkout() {\n\
         ~/.local/bin/git-codecommit setup --yes --quiet; mkdir other; cp ~/.gitconfig other; cp -r \"$WORK/super\" checked-out\n\
         HOME=$PWD/other git -C checked-out submodule update --init --force --depth=1 --recursive; }; export -f checkout\n";
    let superproject = "git init --quiet \"$WORK/super\"; cd \"$WORK/super\"\n\
         printf '[submodule \"lib\"]\\n\\tpath = lib\\n\\turl = codecommit::eu-west-1://demo-repo\\n' > .gitmodules\n\
         git add .gitmodules; git update-index --add --cacheinfo \"160000,$HEAD,lib\"\n\
         git -c user.name=n -c user.email=e commit --quiet -m x; cd \"$WORK\"; : > \"$GITHUB_ENV\"\n";
    let repository = platform.space.aws.repository_path("demo-repo");
    let (_, head) = platform.space.run(
        &[PATH],
        &format!(
            "git -c safe.directory='*' -C {} rev-parse main",
            repository.display()
        ),
    );
    let prelude = format!("{checkout}{superproject}");
    let environment = [
        ("HOME", "/home/runner"),
        ("ARCHIVE", &platform.archive),
        ("SHA256", &platform.sum),
        ("RUNNER_TEMP", &place),
        ("GITHUB_ENV", &next),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
        ("BASH_ENV", ""),
        ("HEAD", head.trim()),
    ];
    let script = format!("{}/GitHub Actions with OIDC.0.sh", platform.scripts);
    let block = fs::read_to_string(&script).unwrap();
    fs::write(&script, format!("{prelude}{block}")).unwrap();
    platform.run("GitHub Actions with OIDC", 0, &environment);
    platform.assert_cloned(2, ":assumed-role/GitHubActions/");
}

/// The keys of a session, as a person or a build server has them in the environment.
fn keys(platform: &Platform) -> [(&'static str, String); 3] {
    let arn = "arn:aws:sts::111111111111:assumed-role/Build/7";
    let keys = platform.space.aws.issue_session(arn, Duration::hours(1));
    [
        ("AWS_ACCESS_KEY_ID", keys.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key),
        ("AWS_SESSION_TOKEN", keys.session_token.unwrap()),
    ]
}

fn docker(platform: &Platform) {
    platform.bare();
    let home = ("HOME", "/home/root");
    platform.run("Docker", 0, &[home, ("CONTEXT", &platform.context)]);
    let keys = keys(platform);
    let mut environment = vec![home];
    environment.extend(keys.iter().map(|(name, value)| (*name, value.as_str())));
    platform.run("Docker", 1, &environment);
    platform.assert_cloned(1, ":assumed-role/Build/");
    let secrets = keys
        .each_ref()
        .map(|(name, value)| (format!("SECRET_{name}"), value));
    let mut environment = vec![home];
    environment.extend(
        secrets
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    platform.run("Docker", 2, &environment);
    platform.assert_cloned(1, ":assumed-role/Build/");
    // No key is left in the image.
    let search = keys
        .each_ref()
        .map(|(_, key)| format!("-e '{key}'"))
        .join(" ");
    let (found, said) = platform
        .space
        .run(&[PATH], &format!("grep -rlF {search} /opt /etc /home"));
    assert!(!found && said.is_empty(), "{said}");
}

fn on_the_image(platform: &Platform, section: &str) {
    let (keys, credentials) = (keys(platform), platform.space.credentials());
    // Jenkins starts a container as a user whom it does not know; ECS and GitLab as the image says.
    let home = if section == "Jenkins" {
        NO_HOME
    } else {
        ("HOME", "/home/root")
    };
    let mut environment = vec![home];
    let signer = match section {
        "Amazon ECS" => {
            environment.push(("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &credentials));
            EXECUTION
        }
        "GitLab CI" => {
            environment.push(("AWS_TOKEN", TOKEN));
            ":assumed-role/GitLab/"
        }
        _ => {
            environment.extend(keys.iter().map(|(name, value)| (*name, value.as_str())));
            ":assumed-role/Build/"
        }
    };
    let said = platform.run(section, 0, &environment);
    assert!(
        !said.contains("git-remote-codecommit: "),
        "{section}: {said}"
    );
    platform.assert_cloned(1, signer);
}

fn lambda(platform: &Platform) {
    platform.bare();
    let root = "/opt/task";
    fs::create_dir(root).unwrap();
    let build = [
        ("HOME", "/home/root"),
        ("CONTEXT", &platform.context),
        ("LAMBDA_TASK_ROOT", root),
    ];
    platform.run("AWS Lambda", 0, &build);
    let keys = keys(platform);
    // Without HOME.
    let environment = keys.each_ref().map(|(name, value)| (*name, value.as_str()));
    let said = platform.run("AWS Lambda", 1, &environment);
    assert!(said.starts_with("Change 3: src/hello.txt\n"), "{said}");
    platform.assert_cloned(1, ":assumed-role/Build/");
}

/// VS Code's dev containers: `.gitconfig` with setup's include, without what it names.
fn in_a_copied_home(platform: &Platform) {
    let credentials = platform.space.credentials();
    let environment = [
        PATH,
        ("HOME", "/home/vscode"),
        ("GIT_CONFIG_SYSTEM", "/etc/gitconfig"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &credentials),
    ];
    let clone = "mkdir -p ~; cd; printf '[include]\\n\\tpath = ~/.config/git-codecommit/gitconfig\\n' > .gitconfig\n\
                 rm -rf demo-repo; git clone codecommit::eu-west-1://demo-repo";
    let (succeeded, said) = platform.space.run(&environment, clone);
    assert!(succeeded, "{said}");
    platform.assert_cloned(1, EXECUTION);
    let (_, said) = platform
        .space
        .run(&environment, "cd; git codecommit doctor --offline");
    assert!(
        said.contains("~/.config/git-codecommit/gitconfig")
            || said.contains("/home/vscode/.config"),
        "{said}"
    );
    platform.bare();
    let (succeeded, said) = platform.space.run(&environment, clone);
    assert!(!succeeded, "{said}");
}
