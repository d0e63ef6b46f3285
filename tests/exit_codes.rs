//! The exit codes of the three programs: the same kind of failure ends in the same number.

use expect_test::expect;

use crate::harness::{Outcome, PROFILE, Studio};

const ADDRESS: &str = "codecommit::eu-west-1://CrossAccountAccessProfile@demo-repo";
const REQUEST: &str =
    "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/demo-repo\n";

fn remote(studio: &Studio, address: &str) -> Outcome {
    studio.helper("git-remote-codecommit", &["origin", address], "list\n\n")
}

fn credential(studio: &Studio) -> Outcome {
    let arguments = ["--profile", PROFILE, "get"];
    studio.helper("git-credential-codecommit", &arguments, REQUEST)
}

fn doctor(studio: &Studio) -> Outcome {
    studio.helper("git-codecommit", &["doctor", "--explain", ADDRESS], "")
}

#[test]
fn an_address_that_cannot_be_read_ends_in_2() {
    let studio = Studio::default();
    remote(&studio, "codecommit://").is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: "codecommit://" is not a CodeCommit address
        hint: write codecommit://profile@repository or codecommit::region://profile@repository; the profile may be left out
    "#]]);
    studio
        .helper("git-codecommit", &["url", "codecommit://"], "")
        .is(&expect![[r#"
            exit code 3
            -- stderr
            git-codecommit: "codecommit://" is not a CodeCommit address
            hint: write codecommit://profile@repository or codecommit::region://profile@repository; the profile may be left out
        "#]]);
    studio
        .helper("git-credential-codecommit", &["--colour", "get"], REQUEST)
        .is(&expect![[r#"
            exit code 2
            -- stdout
            quit=1
            -- stderr
            git-credential-codecommit: unknown option "--colour"
            hint: usage: git-credential-codecommit [--profile NAME] [--region REGION] [--role-arn ARN] [--ignore-host-check] get|store|erase|capability
        "#]]);
}

#[test]
fn a_setting_that_cannot_be_used_ends_in_3() {
    let studio = Studio::default();
    studio
        .git(&["config", "--global", "codecommit.stsRegion", "nowhere"])
        .succeeded();
    remote(&studio, ADDRESS).is(&expect![[r#"
        exit code 3
        -- stderr
        git-remote-codecommit: codecommit.stsregion is "nowhere", which is not an AWS region
        hint: a region looks like eu-west-1
    "#]]);
    credential(&studio).is(&expect![[r#"
        exit code 3
        -- stdout
        quit=1
        -- stderr
        git-credential-codecommit: codecommit.stsregion is "nowhere", which is not an AWS region
        hint: a region looks like eu-west-1
    "#]]);
    doctor(&studio).is(&expect![[r#"
        exit code 3
        -- stderr
        git-codecommit: codecommit.stsregion is "nowhere", which is not an AWS region
        hint: a region looks like eu-west-1
    "#]]);
}
