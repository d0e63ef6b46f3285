//! Archives: local, downloaded, damaged, hostile.

use expect_test::expect;
use std::path::{Path, PathBuf};

use local_aws::{lacks, skip_even_in_ci};

use super::{PROGRAMS, install, shells, stand_ins_of};
use crate::harness::Studio;

#[test]
fn what_is_packed_is_the_same_each_time_and_can_be_installed() {
    let studio = Studio::default();
    stand_ins_of(&studio, "9.9.9");
    let pack = |output: &str| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/package");
        let arguments = ["--programs", "built", "--output", output];
        let said = studio.run_in(".", &script, &arguments, "").succeeded();
        let (hash, name) = said.stdout.trim_end().split_once("  ").unwrap();
        (hash.to_owned(), format!("{output}/{name}"))
    };
    let (hash, archive) = pack("one");
    assert_eq!(pack("two").0, hash);
    // A colon is no other machine's name.
    let colon = "one:two.tar.gz";
    std::fs::rename(studio.home().join(archive), studio.home().join(colon)).unwrap();
    let arguments = [
        "--from",
        colon,
        "--sha256",
        &hash,
        "--prefix",
        "there",
        "--no-setup",
        "--quiet",
    ];
    let shell = super::shells().remove(0);
    install(&studio, &shell, &arguments).succeeded();
    let placed = studio.home().join("there/bin/git-codecommit");
    let said = studio.run_in(".", &placed, &["version"], "").succeeded();
    said.is(&expect![[r#"
        -- stdout
        git-codecommit 9.9.9
    "#]]);
}

/// An archive of the stand-ins, and its SHA-256.
pub(super) fn archive(studio: &Studio, name: &str, version: &str) -> (String, String) {
    stand_ins_of(studio, version);
    let make = format!(
        "tar -czf '{name}' --transform 's,^built,git-codecommit-{version},' built && rm -r built"
    );
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", &make], "")
        .succeeded();
    (
        studio.home().join(name).display().to_string(),
        hash(studio, name),
    )
}

fn hash(studio: &Studio, name: &str) -> String {
    let said = studio
        .run_in(".", Path::new("/usr/bin/sha256sum"), &[name], "")
        .succeeded();
    said.stdout[..64].to_owned()
}

fn placed(studio: &Studio, prefix: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(studio.home().join(prefix).join("bin")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_archive_is_installed_and_the_version_before_it_kept() {
    for shell in shells() {
        let studio = Studio::default();
        let bin = studio.home().join("opt/bin");
        let (first, sum) = archive(&studio, "first.tar.gz", "1.0");
        let arguments = [
            "--from",
            &first,
            "--sha256",
            &sum.to_uppercase(),
            "--prefix",
            "opt",
            "--no-setup",
        ];
        let said = install(&studio, &shell, &arguments).succeeded();
        assert_eq!(
            said.stdout,
            format!("installed git-codecommit 1.0 in {}\n", bin.display())
        );
        let (second, _) = archive(&studio, "second one.tar.gz", "2.0");
        let second = format!("file://{second}");
        let said = install(&studio, &shell, &["--from", &second, "--prefix", "opt"]).succeeded();
        let kept = studio.home().join("opt/share/git-codecommit/previous");
        assert_eq!(
            said.stdout,
            format!(
                "backed up git-codecommit 1.0 in {}\ninstalled git-codecommit 2.0 in {}\n",
                kept.display(),
                bin.display()
            )
        );
        for program in PROGRAMS {
            let text = |path: PathBuf| std::fs::read_to_string(path.join(program)).unwrap();
            assert!(text(bin.clone()).contains("2.0") && text(kept.clone()).contains("1.0"));
        }
        // The same again changes nothing, and keeps what is kept.
        let said = install(&studio, &shell, &["--from", &second, "--prefix", "opt"]).succeeded();
        assert_eq!(
            said.stdout,
            format!("unchanged: git-codecommit 2.0 in {}\n", bin.display())
        );
        assert_eq!(
            placed(&studio, "opt"),
            [
                "git-codecommit",
                "git-credential-codecommit",
                "git-remote-codecommit"
            ]
        );
        let said = install(
            &studio,
            &shell,
            &["--from", &second, "--prefix", "opt", "--quiet"],
        )
        .succeeded();
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    }
}

#[test]
fn what_is_not_the_archive_that_was_meant_is_never_run() {
    for shell in shells() {
        let studio = Studio::default();
        let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
        let wrong = sum.replace(|c: char| c.is_ascii_digit(), "0");
        let said = install(
            &studio,
            &shell,
            &["--from", &path, "--sha256", &wrong, "--prefix", "opt"],
        )
        .failed();
        assert_eq!(said.code, Some(4));
        assert_eq!(
            said.stderr,
            format!(
                "install.sh: {path} has the SHA-256 {sum}, not {wrong}\n\
                 hint: nothing was installed: check the archive and --sha256\n"
            )
        );
        // Cut off, and with no hash to tell.
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let said = install(&studio, &shell, &["--from", &path, "--prefix", "opt"]).failed();
        assert_eq!(said.code, Some(4), "{said:?}");
        studio.write("text.tar.gz", "<html>sign in</html>");
        let said = install(
            &studio,
            &shell,
            &["--from", "text.tar.gz", "--prefix", "opt"],
        )
        .failed();
        assert!(
            said.stderr
                .contains("install.sh: text.tar.gz is not a .tar.gz archive"),
            "{said:?}"
        );
        assert!(
            placed(&studio, "opt").is_empty(),
            "{:?}",
            placed(&studio, "opt")
        );
    }
}

#[test]
fn an_archives_other_paths_lead_nowhere() {
    for shell in shells() {
        let studio = Studio::default();
        stand_ins_of(&studio, "1.0");
        studio.write("victim", "kept");
        let make = "cd built && echo bad > ../evil && ln -s ../../victim git && \
                    tar -czf ../a.tar.gz -P git-codecommit git-credential-codecommit git-remote-codecommit \
                    ../evil git && rm ../evil";
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", make], "")
            .succeeded();
        install(&studio, &shell, &["--from", "a.tar.gz", "--prefix", "opt"]).succeeded();
        assert_eq!(placed(&studio, "opt").len(), 3);
        assert!(!studio.home().join("evil").exists() && !studio.home().join("opt/evil").exists());
        assert_eq!(
            std::fs::read_to_string(studio.home().join("victim")).unwrap(),
            "kept"
        );
    }
}

#[test]
fn an_archive_with_an_empty_program_or_an_options_name_changes_nothing() {
    for shell in shells() {
        let studio = Studio::default();
        let (path, _) = archive(&studio, "good.tar.gz", "1.0");
        install(&studio, &shell, &["--from", &path, "--prefix", "opt"]).succeeded();
        let before = placed(&studio, "opt");
        let make = "mkdir -p odd && cd odd && ln -sf x git-codecommit && : >git-credential-codecommit && \
                    ln -f git-credential-codecommit git-remote-codecommit && tar -czf ../empty.tar.gz .";
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", make], "")
            .succeeded();
        let from = ["--from", "empty.tar.gz", "--prefix", "opt"];
        let said = install(&studio, &shell, &from).failed();
        assert_eq!(said.code, Some(4));
        assert_eq!(
            said.stderr,
            "install.sh: git-remote-codecommit in empty.tar.gz is empty\nhint: get the archive again\n"
        );
        let option = "--checkpoint-action=exec=touch hacked #";
        let make = format!(
            "mkdir -p -- '{option}' && head -c 3000000 /dev/zero >'./{option}/git-codecommit' && \
             tar -czf option.tar.gz -- '{option}' odd"
        );
        studio
            .run_in(".", Path::new("/bin/sh"), &["-c", &make], "")
            .succeeded();
        let from = ["--from", "option.tar.gz", "--prefix", "opt"];
        install(&studio, &shell, &from).failed();
        assert!(!studio.home().join("hacked").exists());
        assert_eq!(placed(&studio, "opt"), before);
    }
}

#[test]
fn without_a_program_that_hashes_nothing_that_needs_it_is_installed() {
    let mut studio = Studio::default();
    let (path, sum) = archive(&studio, "a.tar.gz", "1.0");
    // A PATH with all that is needed but those.
    std::fs::create_dir(studio.home().join("tools")).unwrap();
    for tool in [
        "sh", "tar", "gzip", "cut", "sed", "grep", "head", "cat", "mkdir", "mv", "cp", "cmp",
        "chmod", "rm", "tr", "dirname", "id",
    ] {
        let found = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(tool));
        let found = found.iter().find(|tool| tool.exists()).unwrap();
        std::os::unix::fs::symlink(found, studio.home().join("tools").join(tool)).unwrap();
    }
    studio.set("PATH", &studio.home().join("tools").display().to_string());
    let said = install(
        &studio,
        Path::new("/bin/sh"),
        &["--from", &path, "--sha256", &sum, "--prefix", "opt"],
    )
    .failed();
    assert_eq!(said.code, Some(4));
    assert_eq!(
        said.stderr,
        "install.sh: cannot compute a SHA-256\n\
         hint: install sha256sum, shasum, openssl or python3\n"
    );
    assert!(placed(&studio, "opt").is_empty());
    install(
        &studio,
        Path::new("/bin/sh"),
        &["--from", &path, "--prefix", "opt"],
    )
    .succeeded();
    // Each of them will do.
    for tool in ["sha256sum", "shasum", "openssl", "python3"] {
        let link = studio.home().join("tools").join(tool);
        let found = Path::new("/usr/bin").join(tool);
        if !found.exists() {
            skip_even_in_ci(tool);
            continue;
        }
        std::os::unix::fs::symlink(found, &link).unwrap();
        let prefix = format!("with-{tool}");
        let arguments = ["--from", &path, "--sha256", &sum, "--prefix", &prefix];
        if tool == "shasum" {
            std::os::unix::fs::symlink("/usr/bin/perl", studio.home().join("tools/perl")).unwrap();
        }
        install(&studio, Path::new("/bin/sh"), &arguments).succeeded();
        std::fs::remove_file(link).unwrap();
    }
}

/// Serves the home directory by https until the end of its input, with a certificate of its own.
const SERVER: &str = r#"
import http.server, ssl, sys, threading
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, form, *args):
        with open("served.log", "a") as log:
            log.write(form % args + "\n")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
"#;

#[test]
fn a_download_is_checked_and_done_once() {
    use std::io::BufRead as _;
    if lacks("curl") || lacks("openssl") || lacks("python3") {
        return;
    }
    let mut studio = Studio::default();
    studio.write("server.py", SERVER);
    let certificate = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
                       -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null";
    studio
        .run_in(".", Path::new("/bin/sh"), &["-c", certificate], "")
        .succeeded();
    let mut server = studio
        .command(".", Path::new("/usr/bin/env"), &["python3", "server.py"])
        .spawn()
        .unwrap();
    let mut port = String::new();
    let output = server.stdout.take().unwrap();
    std::io::BufReader::new(output)
        .read_line(&mut port)
        .unwrap();
    let (_, sum) = archive(&studio, "a.tar.gz", "1.0");
    let url = format!("https://localhost:{}/a.tar.gz", port.trim());
    let certificate = studio.home().join("cert.pem").display().to_string();

    let arguments = ["--from", &url, "--sha256", &sum, "--prefix", "opt"];
    // An unknown certificate is refused by curl.
    let said = install(&studio, Path::new("/bin/sh"), &arguments).failed();
    assert_eq!(said.code, Some(4), "{said:?}");
    // curl's own reason stands above.
    let (_, ours) = said.stderr.split_once("install.sh: ").unwrap();
    let expected = format!(
        "{url} could not be downloaded\nhint: check the address, the network and the permissions\n"
    );
    assert_eq!(ours, expected);
    studio.set("CURL_CA_BUNDLE", &certificate);
    studio.set("SSL_CERT_FILE", &certificate);
    let missing = url.replace("a.tar", "missing.tar");
    let said = install(
        &studio,
        Path::new("/bin/sh"),
        &["--from", &missing, "--sha256", &sum, "--prefix", "opt"],
    )
    .failed();
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(placed(&studio, "opt").is_empty());
    std::fs::remove_file(studio.home().join("served.log")).unwrap();
    for shell in shells() {
        install(&studio, &shell, &arguments).succeeded();
    }
    let log = std::fs::read_to_string(studio.home().join("served.log")).unwrap();
    assert_eq!(
        log.lines().count(),
        1,
        "the archive is there already: {log}"
    );
    // Unless somebody changed a program.
    studio.write(
        "opt/bin/git-codecommit",
        "#!/bin/sh\necho git-codecommit 0\n",
    );
    install(&studio, Path::new("/bin/sh"), &arguments).succeeded();
    let text = std::fs::read_to_string(studio.home().join("opt/bin/git-codecommit")).unwrap();
    assert!(text.contains("1.0"));
    drop(server.stdin.take());
    server.wait().unwrap();
}
