//! The programs for Windows, run by wine with a git.exe: setup, the main job, the doctor, and what Windows does in its own
//! way. `WINDOWS_PROGRAMS=folder` names the programs, `RELEASE=folder` a release with them.
//!
//! The person's home directory there is the throwaway home of the test.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use local_aws::{CONTRIBUTOR_ROLE, skip_even_in_ci};
use tempfile::TempDir;

mod ends;
mod files;
mod names;
mod neighbours;
mod question;

use super::{PROGRAMS, VERSION, file, named_release, run, script, text};
use crate::harness::{Outcome, PROFILE, REQUEST, Studio, WITH_REGION, WITHOUT_REGION};

const WINE: &str = "/usr/lib/wine/wine64";

/// A Windows with the programs on PATH, in front of a local AWS.
struct Windows {
    studio: Studio,
    start: PathBuf,
    place: TempDir,
}

impl Windows {
    /// None if this machine cannot have one; says so.
    fn new() -> Option<Self> {
        Self::of(Studio::default())
    }

    /// The same in front of another AWS.
    fn of(mut studio: Studio) -> Option<Self> {
        let lacks = |what: &str| {
            skip_even_in_ci(what);
            None
        };
        if !Path::new(WINE).exists() {
            return lacks("wine64");
        }
        let place = tempfile::tempdir().unwrap();
        let Some(programs) = programs(place.path()) else {
            return lacks("the programs for Windows (WINDOWS_PROGRAMS or RELEASE)");
        };
        let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/wine.sh");
        let made = PathBuf::from(run(&made, &[]).succeeded().stdout.trim());
        let bin = place.path().join("bin");
        run(Path::new("cp"), &["-r", text(&made), text(&bin)]).succeeded();
        for program in PROGRAMS {
            let program = format!("{program}.exe");
            std::fs::copy(programs.join(&program), bin.join(&program)).unwrap();
        }
        let prefix = prefix(&made.with_file_name("prefix"), place.path(), &studio);
        studio.set("WINEPREFIX", text(&prefix));
        studio.set("WINEDEBUG", "-all");
        studio.set("WINEPATH", &format!("Z:{}", text(&bin).replace('/', "\\")));
        // Below the drive of this folder; "/" is another folder on each drive.
        let authority = format!("Z:{}", studio.aws.ca_file().display());
        studio.set("AWS_CA_BUNDLE", &authority);
        // Under wine, git.exe crashes at pipes that wine has not made.
        let start = place.path().join("start.sh");
        let lines = format!(
            "#!/bin/sh\nfolder=$(mktemp -d)\ncat >\"$folder/in\"\n\
             timeout 100 {WINE} \"$@\" <\"$folder/in\" >\"$folder/out\" 2>\"$folder/errors\"\ncode=$?\n\
             cat \"$folder/out\"; cat \"$folder/errors\" >&2; rm -r \"$folder\"; exit $code\n"
        );
        script(&start, &lines);
        Some(Self {
            studio,
            start,
            place,
        })
    }

    /// Runs a program in a folder below the home directory.
    fn run(&self, folder: &str, program: &str, arguments: &[&str], input: &str) -> Outcome {
        let program = format!("{program}.exe");
        let arguments = [&[program.as_str()], arguments].concat();
        let said = self.studio.run_in(folder, &self.start, &arguments, input);
        assert!(!said.stderr.contains("panicked"), "{said:?}");
        said
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.studio.home().join(path)).unwrap()
    }

    fn ours(&self, arguments: &[&str]) -> Outcome {
        self.run(".", "git-codecommit", arguments, "")
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> Outcome {
        self.run(folder, "git", arguments, "").succeeded()
    }

    /// The password for the repository, by the helper itself.
    fn credential(&self, folder: &str, profile: &str) -> Outcome {
        let arguments = ["--profile", profile, "get"];
        self.run(folder, "git-credential-codecommit", &arguments, REQUEST)
    }

    /// A program of C on PATH. `packaging/wine.sh` has the compiler.
    fn compile(&self, name: &str, source: &str) {
        let from = self.place.path().join(format!("{name}.c"));
        std::fs::write(&from, source).unwrap();
        let program = self.place.path().join(format!("bin/{name}.exe"));
        let compiler = Path::new("/usr/bin/x86_64-w64-mingw32-gcc");
        run(compiler, &["-o", text(&program), text(&from)]).succeeded();
    }

    /// A drive of its own; gives its folder.
    fn drive(&self, letter: &str) -> PathBuf {
        let folder = self.place.path().join(letter);
        std::fs::create_dir(&folder).unwrap();
        let devices = self.place.path().join("prefix/dosdevices");
        symlink(&folder, devices.join(format!("{letter}:"))).unwrap();
        folder
    }

    /// Clones, pushes and fetches by addresses of both forms.
    fn main_job(&self, change: &str) {
        self.git(".", &["clone", WITH_REGION]);
        let commit = self.studio.commit("demo-repo", change, "a finding\n");
        self.git("demo-repo", &["push"]);
        assert_eq!(self.studio.remote_ref("refs/heads/main"), commit);
        self.git(".", &["clone", WITHOUT_REGION, "second"]);
        assert_eq!(self.studio.head("second"), commit);
        let newer = self.studio.commit("second", change, "another\n");
        self.git("second", &["push"]);
        self.git("demo-repo", &["fetch"]);
        let said = self
            .studio
            .git_in("demo-repo", &["rev-parse", "origin/main"]);
        assert_eq!(said.stdout.trim(), newer);
        for folder in ["demo-repo", "second"] {
            std::fs::remove_dir_all(self.studio.home().join(folder)).unwrap();
        }
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        let server = WINE.replace("wine64", "wineserver64");
        self.studio.run_in(".", Path::new(&server), &["-k"], "");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests, not of the programs"
)]
fn programs(place: &Path) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("WINDOWS_PROGRAMS") {
        return Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    }
    let release = named_release()?;
    let archive = file(&release, "-x86_64-windows.zip");
    let unpack = ["-m", "zipfile", "-e", text(&archive), text(place)];
    run(Path::new("python3"), &unpack).succeeded();
    Some(place.join(archive.file_stem().unwrap()))
}

/// A Windows with files of its own for settings, whose person lives in the home of the test.
fn prefix(made: &Path, place: &Path, studio: &Studio) -> PathBuf {
    let prefix = place.join("prefix");
    let users = prefix.join("drive_c/users");
    std::fs::create_dir_all(&users).unwrap();
    for name in ["system.reg", "user.reg", "userdef.reg", ".update-timestamp"] {
        std::fs::copy(made.join(name), prefix.join(name)).unwrap();
    }
    symlink(made.join("drive_c/windows"), prefix.join("drive_c/windows")).unwrap();
    std::fs::create_dir(prefix.join("dosdevices")).unwrap();
    symlink("../drive_c", prefix.join("dosdevices/c:")).unwrap();
    symlink("/", prefix.join("dosdevices/z:")).unwrap();
    let user = run(Path::new("id"), &["-un"]).succeeded();
    symlink(studio.home(), users.join(user.stdout.trim())).unwrap();
    prefix
}

fn assert_no_mixed_path(said: &Outcome) {
    for word in said.stdout.split_whitespace() {
        let is_mixed = word.contains('\\') && word.replace("://", "").contains('/');
        assert!(!is_mixed, "{word} in {said:?}");
    }
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn the_programs_for_windows_set_up_do_the_main_job_and_undo() {
    let Some(windows) = Windows::new() else {
        return;
    };
    let said = windows.ours(&["version"]).succeeded();
    assert_eq!(said.stdout.trim(), VERSION);
    windows.main_job("without-setup.txt");
    let before = windows.read(".gitconfig");
    let setup = ["setup", "--yes", "--region", "eu-west-1"];
    let setup = [&setup[..], &["--role-arn", CONTRIBUTOR_ROLE]].concat();
    let said = windows.ours(&setup).succeeded();
    assert_eq!(said.stderr, "", "{said:?}");
    let (config, own) = (".gitconfig", ".config/git-codecommit/gitconfig");
    let after = [config, own].map(|path| windows.read(path));
    let said = windows.ours(&setup).succeeded();
    assert!(said.stdout.ends_with("unchanged\n"), "{said:?}");
    assert_eq!([config, own].map(|path| windows.read(path)), after);
    assert!(!after[1].contains(r":\"), "{}", after[1]);
    // By the lines that setup has written.
    windows.main_job("with-setup.txt");
    let filled = windows.run(".", "git", &["credential", "fill"], REQUEST);
    assert!(filled.succeeded().stdout.contains("\npassword="));
    let said = windows.ours(&["doctor", WITHOUT_REGION]).succeeded();
    assert!(!said.stdout.contains("failed"), "{said:?}");
    assert_no_mixed_path(&said);
    windows.ours(&["unsetup", "--yes"]).succeeded();
    assert_eq!(windows.read(config), before);
    assert!(!windows.studio.home().join(".config").exists());
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn the_other_commands_say_on_windows_what_they_say_here() {
    let Some(windows) = Windows::new() else {
        return;
    };
    let policy = "policy --repository-account 111111111111 --studio-account 222222222222 --region eu-west-1 \
                  --repository demo-repo --execution-role Role";
    let script = "studio lifecycle-script --source s3://bucket/archive.tar.gz --sha256 \
                  0123456789012345678901234567890123456789012345678901234567890123 --profile P";
    let url = format!("url {WITH_REGION}");
    for command in [policy, script, &url] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let there = windows.ours(&arguments).succeeded();
        let here = windows.studio.helper("git-codecommit", &arguments, "");
        assert_eq!(there.stdout, here.succeeded().stdout, "{command}");
    }
    windows.studio.write(".gitconfig", "");
    windows.credential(".", PROFILE).succeeded();
    let said = windows.ours(&["cache", "list"]).succeeded();
    assert!(said.stdout.contains(r"\.aws\cli\cache\"), "{said:?}");
    assert_no_mixed_path(&said);
    windows.ours(&["cache", "clear"]).succeeded();
    assert_eq!(windows.ours(&["cache", "list"]).succeeded().stdout, "");
}

#[test]
#[ignore = "needs wine and the programs for Windows: docs/releasing.md"]
fn windows_has_other_roots_and_command_lines() {
    let Some(windows) = Windows::new() else {
        return;
    };
    let drive = windows.drive("d");
    let keys = "{\"Version\":1,\"AccessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\
                \"SecretAccessKey\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"}\n";
    std::fs::write(drive.join("keys.json"), keys).unwrap();
    let line = r"credential_process = C:\windows\system32\cmd.exe /c type D:\keys.json";
    let profile = format!("[profile planted]\nregion = eu-west-1\n{line}\n");
    // Every user may make folders in the root of a drive.
    let folder = drive.join("etc/git-codecommit");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config"), &profile).unwrap();
    // From the home to the drive: the path of a command's folder may be absolute.
    let said = windows.credential(text(&drive), "planted").failed();
    assert!(said.stderr.contains(r"\.aws\config or C:\"), "{said:?}");
    windows.studio.write(".aws/config", &profile);
    let said = windows.credential(".", "planted").succeeded();
    assert!(
        said.stdout.contains("username=AKIAIOSFODNN7EXAMPLE\n"),
        "{said:?}"
    );
}
