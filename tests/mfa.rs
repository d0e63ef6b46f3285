//! The code of an MFA device: who is asked, how often, and what nobody is asked for.

use std::fs;

use expect_test::expect;
use local_aws::{Action, Fault, Service};

use crate::harness::{CAREFUL_ROLE, Outcome, SERIAL, Studio, every_git};

const ADDRESS: &str = "codecommit://careful@demo-repo";

fn studio() -> Studio {
    Studio::with_mfa_profile().with_cache()
}

/// An askpass program that gives a text, and notes what it was asked.
fn askpass(studio: &Studio, gives: &str) -> String {
    let script = format!("#!/bin/sh\necho \"$1\" >> \"$HOME/asked\"\necho '{gives}'\n");
    studio
        .write_program("askpass", &script)
        .display()
        .to_string()
}

fn asked(studio: &Studio) -> String {
    fs::read_to_string(studio.home().join("asked")).unwrap_or_default()
}

/// Runs git on a terminal of its own, on which a text is typed.
fn on_a_terminal(studio: &Studio, arguments: &str, typed: &str) -> Outcome {
    let command = format!("{} {arguments}", every_git()[0].program().display());
    studio.on_a_terminal(&command, typed)
}

#[test]
fn the_code_is_asked_on_the_terminal_once_for_many_commands() {
    let mut studio = studio();
    studio.unset("GIT_TERMINAL_PROMPT");
    let code = studio.aws.mfa_code(SERIAL);
    // A slip of the finger, then the code as some devices show it.
    let typed = format!("12345\n{} {}\n", &code[..3], &code[3..]);
    let said = on_a_terminal(&studio, &format!("clone {ADDRESS}"), &typed).succeeded();
    let prompts = said
        .stdout
        .matches(&format!("Enter MFA code for {SERIAL}: "))
        .count();
    assert_eq!(prompts, 2, "{said:?}");
    assert!(studio.home().join("demo-repo/.git").exists());
    // No question any more, with or without a terminal.
    studio.git_in("demo-repo", &["fetch"]).succeeded();
    assert_eq!(studio.aws.sts_requests().len(), 1);
    let call = studio.aws.sts_requests().remove(0).sts.unwrap();
    assert_eq!(call.parameter("SerialNumber"), Some(SERIAL));
    assert_eq!(call.parameter("TokenCode"), Some(code.as_str()));
}

#[test]
fn an_askpass_program_is_asked_in_gits_order() {
    let mut studio = studio();
    let program = askpass(&studio, &studio.aws.mfa_code(SERIAL));
    studio.set("SSH_ASKPASS", &program);
    studio.configure("core.askPass", "/no/such/program");
    studio.set("GIT_ASKPASS", &program);
    studio.git(&["ls-remote", ADDRESS]).succeeded();
    assert_eq!(asked(&studio), format!("Enter MFA code for {SERIAL}: \n"));
}

#[test]
fn without_a_terminal_or_an_askpass_program_the_error_says_how() {
    let said = studio().git(&["ls-remote", ADDRESS]).failed();
    assert_eq!(
        said.stderr,
        format!(
            "git-remote-codecommit: {SERIAL} needs an MFA code, but there is neither a terminal nor an \
             askpass program to ask for it\n\
             hint: run git once in a terminal: the session is then cached for up to 45 minutes\n\
             hint: or set GIT_ASKPASS or core.askPass to a program that asks for it\n"
        )
    );
}

#[test]
fn a_code_that_is_none_is_not_sent() {
    let mut studio = studio();
    let program = askpass(&studio, "no code");
    studio.set("GIT_ASKPASS", &program);
    studio.git(&["ls-remote", ADDRESS]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: arn:aws:iam::222222222222:mfa/ada needs an MFA code, but the askpass program "~/askpass" gave none: it has 6 digits
        hint: enter the code that the device shows now
    "#]]);
    studio.unset("GIT_TERMINAL_PROMPT");
    let said = on_a_terminal(&studio, &format!("ls-remote {ADDRESS}"), "a\nb\nc\n").failed();
    assert!(
        said.stdout.contains("no MFA code was entered for"),
        "{said:?}"
    );
    assert!(studio.aws.sts_requests().is_empty());
}

#[test]
fn no_question_is_asked_where_git_itself_would_ask_none() {
    let mut studio = studio();
    for value in ["0", "false", "NO", "off", ""] {
        studio.set("GIT_TERMINAL_PROMPT", value);
        let said = on_a_terminal(&studio, &format!("ls-remote {ADDRESS}"), "123456\n").failed();
        assert!(!said.stdout.contains("Enter MFA code"), "{value}: {said:?}");
    }
    for value in ["true", "Yes", "2"] {
        studio.set("GIT_TERMINAL_PROMPT", value);
        let said = on_a_terminal(&studio, &format!("ls-remote {ADDRESS}"), "a\nb\nc\n").failed();
        assert!(said.stdout.contains("Enter MFA code"), "{value}: {said:?}");
    }
    studio.set("GIT_TERMINAL_PROMPT", "maybe");
    studio.git(&["ls-remote", ADDRESS]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: GIT_TERMINAL_PROMPT is "maybe", which is not a boolean
        hint: use true, yes, on or 1; or false, no, off or 0
    "#]]);
    assert!(studio.aws.sts_requests().is_empty());
}

#[test]
fn a_wrong_code_is_explained() {
    let mut studio = studio();
    let program = askpass(&studio, "000000");
    studio.set("GIT_ASKPASS", &program);
    studio.git(&["ls-remote", ADDRESS]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: cannot assume role arn:aws:iam::111111111111:role/Careful (profile "careful", ~/.aws/config:3): AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code.
        hint: the MFA code must be a new one of arn:aws:iam::222222222222:mfa/ada: each code counts once
        hint: the caller's own policy must allow sts:AssumeRole on arn:aws:iam::111111111111:role/Careful
        hint: the role's trust policy must name the caller (and its sts:ExternalId, if it asks for one)
    "#]]);
    assert_eq!(studio.aws.sts_requests().len(), 1);
}

#[test]
fn a_refused_session_costs_no_second_code() {
    let mut studio = studio();
    let program = askpass(&studio, &studio.aws.mfa_code(SERIAL));
    studio.set("GIT_ASKPASS", &program);
    studio.git(&["ls-remote", ADDRESS]).succeeded();
    studio
        .aws
        .set_permission(CAREFUL_ROLE, local_aws::Permission::None);
    studio.git(&["ls-remote", ADDRESS]).is(&expect![[r#"
        exit code 128
        -- stderr
        git-remote-codecommit: access to repository "demo-repo" in eu-west-1 denied (localhost:PORT, HTTP 403)
        hint: signed as arn:aws:sts::111111111111:assumed-role/Careful/git-codecommit (cached session; git codecommit cache clear removes it)
        hint: its policy must allow codecommit:GitPull on arn:aws:codecommit:eu-west-1:*:demo-repo
        hint: check that the repository is in this region, and this profile's account
        hint: git codecommit doctor shows which step fails (outside a clone, add the address)
    "#]]);
    assert_eq!(asked(&studio).lines().count(), 1);
    assert_eq!(studio.aws.sts_requests().len(), 1);
}

#[test]
fn gits_background_work_is_never_asked() {
    let mut studio = studio();
    let program = askpass(&studio, &studio.aws.mfa_code(SERIAL));
    studio.set("GIT_ASKPASS", &program);
    studio
        .git(&["-c", "credential.interactive=false", "ls-remote", ADDRESS])
        .failed();
    assert_eq!(asked(&studio), "");
}

#[test]
fn a_slow_sts_is_not_sent_the_code_twice() {
    let mut studio = studio();
    let program = askpass(&studio, &studio.aws.mfa_code(SERIAL));
    studio.set("GIT_ASKPASS", &program);
    let slow = Action::Delay(std::time::Duration::from_secs(12));
    studio.aws.fail(Fault::new(Service::Sts, slow));
    studio.git(&["ls-remote", ADDRESS]).succeeded();
    assert_eq!(studio.aws.sts_requests().len(), 1);
}

#[test]
fn sixty_four_processes_ask_for_one_code() {
    let mut studio = studio();
    let program = askpass(&studio, &studio.aws.mfa_code(SERIAL));
    studio.set("GIT_ASKPASS", &program);
    for said in studio.at_once(64, ".", &["ls-remote", ADDRESS]) {
        said.succeeded();
    }
    assert_eq!(asked(&studio).lines().count(), 1);
    assert_eq!(studio.aws.sts_requests().len(), 1);
}
