//! The doctor calls nothing well that fails in git, and nothing ill that goes.

use local_aws::{Action, CONTRIBUTOR_ROLE, Fault, LocalAws, Permission, Service};

use super::{found, with_https};
use crate::harness::{HTTPS, PROFILE, Studio, WITH_REGION, helpers};

type Change = fn(&mut Studio);

/// Changes, and whether git can read the repository then.
const SITUATIONS: &[(&str, bool, Change)] = &[
    ("nothing is wrong", true, |_| {}),
    ("the container endpoint is away", false, |studio| {
        studio.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/");
    }),
    ("the container endpoint fails once", true, |studio| {
        let busy = Action::status(500, "");
        studio.aws.fail(Fault::new(Service::Container, busy));
    }),
    ("STS limits the rate once", true, |studio| {
        let fault = Fault::new(Service::Sts, Action::throttling());
        studio.aws.fail(fault.on_method("POST"));
    }),
    ("STS refuses", false, |studio| {
        let no = Action::sts_error(403, "AccessDenied", "no");
        studio.aws.fail(Fault::new(Service::Sts, no).always());
    }),
    ("the git host fails once", true, |studio| {
        let fault = Fault::new(Service::Git, Action::status(503, ""));
        studio.aws.fail(fault.on_method("GET"));
    }),
    ("the role may do nothing", false, |studio| {
        let none = Permission::None;
        studio.aws.set_permission(CONTRIBUTOR_ROLE, none);
    }),
    ("the role may read", true, |studio| {
        let pull = Permission::Pull;
        studio.aws.set_permission(CONTRIBUTOR_ROLE, pull);
    }),
    ("a page answers in place of the host", false, |studio| {
        let page = Action::status(200, "<html>").content_type("text/html");
        studio.aws.fail(Fault::new(Service::Git, page).always());
    }),
    ("the host redirects", false, |studio| {
        let elsewhere = Action::status(302, "").header("Location", "https://evil.example/");
        studio
            .aws
            .fail(Fault::new(Service::Git, elsewhere).always());
    }),
    ("the clock is late", true, |studio| {
        studio.aws.set_clock_offset(time::Duration::minutes(40));
    }),
    ("another authority is trusted", false, |studio| {
        let other = LocalAws::builder().start();
        let ca = std::fs::read_to_string(other.ca_file()).unwrap();
        studio.write("other.pem", &ca);
        let path = studio.home().join("other.pem").display().to_string();
        studio.set("AWS_CA_BUNDLE", &path);
    }),
    ("nobody is checked", true, |studio| {
        studio.configure("http.sslVerify", "false");
    }),
    ("the proxy is away", false, |studio| {
        studio.set("https_proxy", "http://127.0.0.1:9");
    }),
    ("the proxy is not for these hosts", true, |studio| {
        studio.set("https_proxy", "http://127.0.0.1:9");
        studio.set("no_proxy", "localhost");
    }),
    ("the proxy leads there", true, |studio| {
        let proxy = studio.aws.proxy_url();
        studio.set("https_proxy", &proxy);
    }),
    ("git's proxy is away", false, |studio| {
        studio.configure("http.proxy", "http://127.0.0.1:9");
    }),
    ("the protocol is forbidden", false, |studio| {
        studio.configure("protocol.allow", "never");
    }),
    ("the STS endpoint is no URL", false, |studio| {
        studio.set("AWS_ENDPOINT_URL_STS", "localhost");
    }),
    ("a setting of git is no number", false, |studio| {
        studio.configure("http.postBuffer", "many");
    }),
    // The certificate is of another name.
    ("the address of the name is set", false, |studio| {
        let authority = studio.aws.git_authority();
        let line = authority.replace("localhost:", "nowhere.invalid:") + ":127.0.0.1";
        studio.set(
            "CODE_COMMIT_ENDPOINT",
            &authority.replace("localhost", "nowhere.invalid"),
        );
        studio.configure("http.curloptResolve", &line);
    }),
];

#[test]
fn the_doctor_and_git_agree_in_every_situation() {
    for (name, goes, change) in SITUATIONS {
        let well = |run: &dyn Fn(&Studio) -> bool| {
            let mut studio = Studio::default();
            change(&mut studio);
            run(&studio)
        };
        let git = well(&|studio| studio.git(&["ls-remote", WITH_REGION]).code == Some(0));
        assert_eq!(git, *goes, "git, where {name}");
        let doctor = well(&|studio| found(studio, &[WITH_REGION]).code == Some(0));
        assert_eq!(doctor, *goes, "the doctor, where {name}");
    }
}

/// Helpers that are set for every host are asked, too.
fn without_reset(studio: &Studio) {
    let path = studio.home().join(".gitconfig");
    let config = std::fs::read_to_string(path).unwrap();
    let config = config.replace("\thelper = \n", "");
    studio.write(".gitconfig", &config.replace("\thelper =\n", ""));
}

fn in_place_of_ours(studio: &Studio, helper: &str) {
    let key = "credential.https://git-codecommit.eu-west-1.amazonaws.com.helper";
    let arguments = ["config", "--global", "--replace-all", key, helper];
    studio.git(&arguments).succeeded();
}

#[test]
fn the_same_holds_by_https() {
    let host = "https://git-codecommit.eu-west-1.amazonaws.com";
    let situations: [(&str, bool, Change); 11] = [
        ("nothing is wrong", true, |_| {}),
        ("the role may do nothing", false, |studio| {
            let none = Permission::None;
            studio.aws.set_permission(CONTRIBUTOR_ROLE, none);
        }),
        ("another helper knows a wrong password", false, |studio| {
            studio.write("wrong", "#!/bin/sh\necho username=u\necho password=p\n");
            // In front of ours.
            without_reset(studio);
            let config = std::fs::read_to_string(studio.home().join(".gitconfig")).unwrap();
            studio.write(
                ".gitconfig",
                &format!("[credential]\n\thelper = !sh ~/wrong\n{config}"),
            );
        }),
        ("another helper knows nothing", true, |studio| {
            let key = "credential.helper";
            studio.configure(key, "!true");
            without_reset(studio);
        }),
        (
            "another helper alone is asked, and answers",
            true,
            |studio| {
                let command = format!("git-credential-codecommit --profile {PROFILE}");
                in_place_of_ours(studio, &format!("!f() {{ {command} \"$@\"; }}; f"));
            },
        ),
        ("another helper alone is asked, in vain", false, |studio| {
            in_place_of_ours(studio, "!f() { :; }; f");
        }),
        (
            "the profile stands in front of the helper",
            true,
            |studio| {
                let command = format!("!AWS_PROFILE={PROFILE} git-credential-codecommit");
                in_place_of_ours(studio, &command);
            },
        ),
        (
            "the AWS files stand in front of the helper",
            true,
            |studio| {
                let (from, to) = (studio.home().join(".aws"), studio.home().join("aws"));
                std::fs::rename(from, to).unwrap();
                let file = "AWS_CONFIG_FILE=~/aws/config";
                let command = format!("!{file} git-credential-codecommit --profile {PROFILE}");
                in_place_of_ours(studio, &command);
            },
        ),
        (
            "git does not start a helper of this name",
            false,
            |studio| {
                let path = helpers().join("git-credential-codecommit");
                let link = studio.home().join("git-credential-codecommit");
                std::os::unix::fs::symlink(path, link).unwrap();
                in_place_of_ours(
                    studio,
                    &format!("~/git-credential-codecommit --profile {PROFILE}"),
                );
            },
        ),
        ("a header is added", true, |studio| {
            studio.configure("http.extraHeader", "X-Any: thing");
        }),
        ("https is forbidden", false, |studio| {
            studio.set("GIT_ALLOW_PROTOCOL", "codecommit");
        }),
    ];
    for (name, goes, change) in situations {
        let well = |run: &dyn Fn(&Studio) -> bool| {
            let mut studio = with_https();
            change(&mut studio);
            run(&studio)
        };
        let git = well(&|studio| studio.git(&["ls-remote", HTTPS]).code == Some(0));
        assert_eq!(git, goes, "git at {host}, where {name}");
        let doctor = well(&|studio| found(studio, &[HTTPS]).code == Some(0));
        assert_eq!(doctor, goes, "the doctor at {host}, where {name}");
    }
}
