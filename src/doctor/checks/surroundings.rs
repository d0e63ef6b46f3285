//! Whether this is a Studio space, and a shared one.

use crate::doctor::report::Finding;
use crate::world::studio::{self, Metadata};
use crate::world::{World, variable};

pub(in crate::doctor) fn surroundings(world: &World) -> Finding {
    let metadata = Metadata::of_this_app();
    let is_shared = studio::is_shared(world);
    let kind = variable::SAGEMAKER_SPACE_TYPE_LOWERCASE;
    let is_studio = !matches!(metadata, Ok(None)) || world.variable(kind).is_some();
    let mut finding = Finding::good(match (is_studio, is_shared) {
        (true, true) => "a shared space of SageMaker Studio",
        (true, false) => "SageMaker Studio",
        (false, _) => "not SageMaker Studio",
    });
    match metadata {
        Ok(Some(metadata)) => {
            let described = metadata.described(world).into_iter();
            let described = described.filter(|(name, _)| *name != "shared");
            let described: Vec<String> = described
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            finding = finding.and(described.join(", "));
        }
        Ok(None) => {}
        Err(error) => finding = finding.but(error.to_string()),
    }
    if is_shared {
        finding = finding
            .and("all its users share one home and one identity, so sessions are not cached")
            .and("they share user.name and user.email, too: set both in each clone");
    }
    let variables = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    if is_studio && world.first_variable(&variables).is_none() {
        finding = finding
            .but(format!("{} is not set: git does not find the space's credentials", variables[0]))
            .fixed_by("sudo, cron and su drop it: run git as the space's own user, in a terminal of the space");
    }
    finding
}
