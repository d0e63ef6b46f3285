//! Which space this is: the file that Studio puts into every app.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{World, variable};
use crate::error::{Exit, Explain};

/// Where Studio puts it. Source: "Get Amazon SageMaker Studio notebook and app metadata" of the developer guide;
/// its content "may change", so every part may be missing.
pub(crate) const FILE: &str = "/opt/ml/metadata/resource-metadata.json";

/// The name of the value that says whether all users of the domain share the space: `yes` or `no`.
pub(crate) const SHARED: &str = "shared";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Metadata {
    app_type: Option<String>,
    domain_id: Option<String>,
    user_profile_name: Option<String>,
    space_name: Option<String>,
    resource_arn: Option<String>,
    app_image_version: Option<String>,
    execution_role_arn: Option<String>,
    additional_metadata: Option<AdditionalMetadata>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AdditionalMetadata {
    data_zone_domain_id: Option<String>,
    data_zone_project_id: Option<String>,
    data_zone_user_id: Option<String>,
}

impl Metadata {
    /// Reads the file; none if this is not Studio. Fails if it is there and cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Unreadable> {
        let text = match super::input_file::read_plain(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, &error)),
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| unreadable(path, &error))
    }

    /// The same for the app that this runs in.
    pub(crate) fn of_this_app() -> Result<Option<Self>, Unreadable> {
        Self::read(Path::new(FILE))
    }

    /// Whose app it is: Studio Classic names the user profile, a space only itself.
    pub(crate) fn into_person(self) -> Option<String> {
        self.user_profile_name.or(self.space_name)
    }

    /// Names and values, in the order they are shown.
    pub(crate) fn described(&self, world: &World) -> Vec<(&'static str, String)> {
        let arn: Vec<&str> = self
            .resource_arn
            .as_deref()
            .unwrap_or_default()
            .split(':')
            .collect();
        let part = |index: usize| {
            let part = arn.get(index).filter(|part| !part.is_empty());
            part.map(|part| (*part).to_owned())
        };
        let space = self
            .space_name
            .clone()
            .or_else(|| world.variable(variable::SAGEMAKER_SPACE_NAME));
        let more = self.additional_metadata.as_ref();
        let all = [
            ("app type", self.app_type.clone()),
            ("domain", self.domain_id.clone()),
            ("user profile", self.user_profile_name.clone()),
            ("space", space),
            (
                SHARED,
                Some(if is_shared(world) { "yes" } else { "no" }.to_owned()),
            ),
            ("region", part(3)),
            ("account", part(4)),
            ("execution role", self.execution_role_arn.clone()),
            ("image version", self.app_image_version.clone()),
            (
                "datazone domain",
                more.and_then(|m| m.data_zone_domain_id.clone()),
            ),
            (
                "datazone project",
                more.and_then(|m| m.data_zone_project_id.clone()),
            ),
            (
                "datazone user",
                more.and_then(|m| m.data_zone_user_id.clone()),
            ),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

/// Whether all users of the domain share this space: files, processes and sessions too.
pub(crate) fn is_shared(world: &World) -> bool {
    world
        .variable(variable::SAGEMAKER_SPACE_TYPE_LOWERCASE)
        .is_some_and(|kind| kind == "shared")
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {cause}", path.display())]
pub(crate) struct Unreadable {
    path: PathBuf,
    cause: String,
}

impl Explain for Unreadable {
    fn hints(&self) -> Vec<String> {
        vec!["Studio writes this file when an app starts: restart the space".into()]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

fn unreadable(path: &Path, cause: &dyn std::fmt::Display) -> Unreadable {
    Unreadable {
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_every_kind_of_app_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("m.json");
        assert!(Metadata::read(&file).unwrap().is_none());
        let world = World::of(&[("SAGEMAKER_SPACE_TYPE_LOWERCASE", "shared")]);
        for (text, expected) in [
            (
                r#"{"AppType":"JupyterLab","DomainId":"d-1","SpaceName":"team","ResourceArn":
                "arn:aws:sagemaker:eu-west-1:222222222222:app/d-1/team/JupyterLab/default",
                "ResourceName":"default","AppImageVersion":"","New":{"x":1}}"#,
                "app type=JupyterLab domain=d-1 space=team shared=yes region=eu-west-1 \
                 account=222222222222 image version=",
            ),
            (
                r#"{"AppType":"KernelGateway","DomainId":"d-1","UserProfileName":"ada"}"#,
                "app type=KernelGateway domain=d-1 user profile=ada shared=yes",
            ),
            ("{}", "shared=yes"),
        ] {
            std::fs::write(&file, text).unwrap();
            let said = Metadata::read(&file).unwrap().unwrap().described(&world);
            let said: Vec<String> = said.iter().map(|(n, v)| format!("{n}={v}")).collect();
            assert_eq!(said.join(" "), expected);
        }
        std::fs::write(&file, "<html>").unwrap();
        assert!(Metadata::read(&file).is_err());
    }
}
