//! Both files merged, and the choice of a profile.

use time::OffsetDateTime;

use super::*;
use crate::error::Explain as _;

fn files(config: &str, credentials: &str, environment: &[(&str, &str)]) -> (World, Profiles) {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    std::fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    let world = World::new(&[], environment, home.path(), || OffsetDateTime::UNIX_EPOCH);
    let profiles = Profiles::load(&world).unwrap();
    (world, profiles)
}

#[test]
fn the_credentials_file_beats_the_config_file_key_by_key() {
    let (_, profiles) = files(
        "[profile p]\nregion = r1\noutput = json\n[profile \"my x\"]\nregion=r2",
        "[p]\nregion = r3\naws_secret_access_key = hunter2\n[profile q]\nregion = r4",
        &[],
    );
    assert_eq!(profiles.setting("p", "region"), Some("r3"));
    assert_eq!(profiles.setting("p", "output"), Some("json"));
    assert_eq!(profiles.setting("my x", "region"), Some("r2"));
    assert_eq!(profiles.setting("profile q", "region"), Some("r4"));
    let keys = profiles.profile("p").unwrap().keys().unwrap();
    assert_eq!(keys.secret().unwrap().expose(), "hunter2");
    assert_eq!(profiles.setting("p", "aws_secret_access_key"), None);
    assert!(!format!("{profiles:?}").contains("hunter2"));
}

#[test]
fn a_key_is_never_made_of_parts_from_both_files() {
    let old = "[profile p]\naws_access_key_id = OLD\naws_secret_access_key = old\n\
               aws_session_token = OLDTOKEN\n";
    let new = "[p]\naws_access_key_id = NEW\naws_secret_access_key = new\n";
    let (_, profiles) = files(old, new, &[]);
    let keys = profiles.profile("p").unwrap().keys().unwrap();
    assert_eq!(keys.id().unwrap().value, "NEW");
    assert_eq!(keys.secret().unwrap().expose(), "new");
    assert!(keys.session_token().is_none());
    let (_, profiles) = files(old, "[p]\nregion = x\n", &[]);
    let keys = profiles.profile("p").unwrap().keys().unwrap();
    assert_eq!(keys.session_token().unwrap().expose(), "OLDTOKEN");
}

#[test]
fn a_role_that_setup_wrote_counts_only_as_a_whole_and_where_the_aws_files_do_not_have_it() {
    let home = tempfile::tempdir().unwrap();
    let world = World::new(&[], &[], home.path(), || OffsetDateTime::UNIX_EPOCH);
    let own = home.path().join(OWN_FOLDER);
    std::fs::create_dir_all(&own).unwrap();
    let role = "[profile p]\nregion = r1\nrole_arn = ours\ncredential_source = EcsContainer\n";
    std::fs::write(own.join(OWN_FILE), role).unwrap();
    let profiles = Profiles::load(&world).unwrap();
    assert_eq!(profiles.setting("p", "role_arn"), Some("ours"));
    let aws_files = Profiles::load_aws_files(&world).unwrap();
    assert!(aws_files.profile("p").is_none());

    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(
        home.path().join(".aws/config"),
        "[profile p]\nregion = r2\n",
    )
    .unwrap();
    let profiles = Profiles::load(&world).unwrap();
    assert_eq!(profiles.setting("p", "region"), Some("r2"));
    assert_eq!(profiles.setting("p", "role_arn"), None);
}

#[test]
fn default_sections_are_inherited_by_the_others() {
    let (_, profiles) = files("[DEFAULT]\nregion = r0\n[profile p]\noutput = x", "", &[]);
    assert_eq!(profiles.setting("p", "region"), Some("r0"));
    assert!(profiles.profile("DEFAULT").is_none());
    let split = "[DEFAULT]\nregion = r0\n[profile p]\nregion = r1\n[profile p]\noutput = x";
    assert_eq!(files(split, "", &[]).1.setting("p", "region"), Some("r1"));
}

#[test]
fn the_address_beats_aws_default_profile_which_beats_aws_profile() {
    let environment = [("AWS_PROFILE", "b"), ("AWS_DEFAULT_PROFILE", "a")];
    let (world, profiles) = files(
        "[profile a]\n[profile b]\n[profile c d]\n",
        "",
        &environment,
    );
    let name = ProfileName::parse("c%20d").unwrap();
    let choice = profiles
        .choose(&world, Some((&name, "the address")))
        .unwrap();
    assert_eq!((choice.name.as_str(), choice.explicit), ("c d", true));
    let choice = profiles.choose(&world, None).unwrap();
    assert_eq!((choice.name.as_str(), choice.explicit), ("a", false));
}

#[test]
fn a_profile_named_by_the_environment_must_exist() {
    let (world, profiles) = files("[profile a]\n", "", &[("AWS_PROFILE", "typo")]);
    let error = profiles.choose(&world, None).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"typo\", chosen by AWS_PROFILE"),
        "{error}"
    );
    assert_eq!(error.hints(), ["name one of these profiles: a"]);
    let (world, profiles) = files("", "", &[]);
    assert_eq!(profiles.choose(&world, None).unwrap().name, "default");
}
