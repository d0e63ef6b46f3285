//! `git codecommit studio whoami`.

use super::space;
use crate::harness::every_git;

#[test]
fn a_space_says_who_it_is_and_other_places_say_that_they_are_none() {
    let mut studio = space(&every_git()[0]);
    studio.write(
        "metadata.json",
        r#"{"AppType": "JupyterLab", "DomainId": "d-abc", "SpaceName": "team-space",
            "ResourceArn": "arn:aws:sagemaker:eu-west-1:222222222222:app/d-abc/team-space/JupyterLab/default",
            "ExecutionRoleArn": "arn:aws:iam::222222222222:role/service-role/Execution"}"#,
    );
    studio.set("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared");
    let said = studio
        .helper(
            "git-codecommit",
            &["studio", "whoami", "--file", "metadata.json"],
            "",
        )
        .succeeded();
    assert_eq!(
        said.stdout,
        "app type         JupyterLab\n\
         domain           d-abc\n\
         space            team-space\n\
         shared           yes\n\
         region           eu-west-1\n\
         account          222222222222\n\
         execution role   arn:aws:iam::222222222222:role/service-role/Execution\n"
    );
    let said = studio
        .helper(
            "git-codecommit",
            &["studio", "whoami", "--json", "--file", "metadata.json"],
            "",
        )
        .succeeded();
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(
        json["execution_role"],
        "arn:aws:iam::222222222222:role/service-role/Execution"
    );
    assert_eq!(json["shared"], true);
    let said = studio
        .helper(
            "git-codecommit",
            &["studio", "whoami", "--file", "none.json"],
            "",
        )
        .failed();
    assert_eq!(
        (said.code, said.said().as_str()),
        (
            Some(3),
            "git-codecommit: this is not a SageMaker Studio app: none.json does not exist\n\
             hint: run this command in a terminal of a space"
        )
    );
}
