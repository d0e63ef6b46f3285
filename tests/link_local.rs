//! `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, as Studio sets it: its host is 169.254.170.2, port 80.
//!
//! The test makes that address its own in a network namespace, where it starts itself again, with
//! Studio's metadata file in place. Where the system allows no namespace it says so and does nothing.

use std::net::SocketAddr;
use std::path::Path;

use local_aws::Service;

use crate::harness::{Studio, WITH_REGION, is_inside};

#[test]
fn the_relative_uri_of_studio_leads_to_the_link_local_address() {
    let up = "ip link set lo up && ip address add 169.254.170.2/32 dev lo && mount -t tmpfs none /opt && \
              mkdir -p /opt/ml/metadata";
    let name = "link_local::the_relative_uri_of_studio_leads_to_the_link_local_address";
    if is_inside(name, up) {
        in_a_studio_space();
    }
}

fn in_a_studio_space() {
    let mut studio = Studio::with_aws(|aws| {
        aws.address(
            Service::Container,
            SocketAddr::from(([169, 254, 170, 2], 80)),
        )
    });
    let url = studio.aws.container_url();
    let path = url.find("/v2/").map(|at| &url[at..]).unwrap();
    studio.unset("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    studio.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path);
    // A corporate proxy, as lifecycle scripts set it: the credentials must not go there.
    studio.set("http_proxy", "http://127.0.0.1:9");
    studio.git(&["clone", WITH_REGION]).succeeded();
    assert!(Path::new(&studio.home().join("demo-repo/README.md")).exists());
    assert_eq!(studio.aws.container_requests().len(), 1);
    sessions_are_named_after_the_person(&studio);
    // A run without the variable, as under sudo, is told so.
    studio.unset("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let said = studio.git(&["-C", "demo-repo", "fetch"]).failed().said();
    assert!(
        said.contains("sudo, su and cron drop the variable"),
        "{said}"
    );
}

/// CloudTrail in the repository's account then says who it was.
fn sessions_are_named_after_the_person(studio: &Studio) {
    for (metadata, expected) in [
        (
            r#"{"AppType":"JupyterLab","DomainId":"d-1","UserProfileName":"ada lovelace"}"#,
            "ada-lovelace",
        ),
        (
            r#"{"AppType":"JupyterLab","SpaceName":"team.space"}"#,
            "team.space",
        ),
        ("{}", "git-codecommit"),
        ("damaged", "git-codecommit"),
    ] {
        std::fs::write("/opt/ml/metadata/resource-metadata.json", metadata).unwrap();
        studio.aws.clear_record();
        studio.git(&["ls-remote", WITH_REGION]).succeeded();
        let call = studio.aws.sts_requests().remove(0).sts.unwrap();
        assert_eq!(
            call.parameter("RoleSessionName"),
            Some(expected),
            "{metadata}"
        );
        assert_eq!(call.parameter("SourceIdentity"), None);
    }
}
