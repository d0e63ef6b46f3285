//! What kind of place this is: a Studio space, a shared one.

use super::report::Finding;
use crate::world::{World, variable};

/// Says what is known of the place, and what follows from it.
pub(super) fn surroundings(world: &World) -> Finding {
    let has_metadata = world.studio_metadata().exists();
    let kind = world.variable(variable::SAGEMAKER_SPACE_TYPE_LOWERCASE);
    let is_studio = has_metadata || kind.is_some();
    let mut finding = Finding::ok([match (is_studio, kind.as_deref()) {
        (true, Some("shared")) => "a shared space of SageMaker Studio".to_owned(),
        (true, _) => "SageMaker Studio".to_owned(),
        (false, _) => "not SageMaker Studio".to_owned(),
    }]);
    if kind.as_deref() == Some("shared") {
        finding = finding
            .and("everybody in it is the same user: sessions are not kept on disk, and AWS sees one identity")
            .and("commits carry user.name and user.email of whoever set them: set them in each clone");
    }
    let variables = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    if is_studio && world.first_variable(&variables).is_none() {
        finding = finding
            .but("the variable that leads to the space's credentials is not set here")
            .cured_by("sudo, cron and su drop it: run git as the space's own user, in a terminal of the space");
    }
    finding
}
