//! Whose rights a run uses.
//!
//! Root in another user's home directory gives up its own rights. That user decides what is there: links to files
//! elsewhere, a record of what to remove, and git settings that name programs to run. With that user's rights, a link
//! leads to nothing that the user could not change, and git starts none of these programs as root.

use std::fs;
use std::path::Path;

use super::Error;
use super::problem::Obstacle;
use crate::platform::{self, Owner};
use crate::profile;

/// Makes root the owner of a home directory, for good, or checks that root alone decides what is there. Any other
/// user stays who it is.
pub(super) fn as_owner_of(home: &Path) -> Result<(), Error> {
    if !platform::runs_as_root() {
        return Ok(());
    }
    // The name of the home directory may itself be a link of that user.
    let named = [fs::symlink_metadata(home), fs::metadata(home)];
    let mut owners = named.iter().flatten().map(platform::owner);
    let Some(owner) = owners.find(|owner| !owner.is_root()) else {
        return check_folders(home);
    };
    // Setup runs in one thread.
    platform::become_user(with_own_group(owner))
        .map_err(|_| Error::protected(home, Obstacle::OtherHome))
}

/// In a home directory of root's, another user's folder or link leads root to where that user likes.
fn check_folders(home: &Path) -> Result<(), Error> {
    let below = [profile::OWN_FOLDER, ".aws/config", ".gitconfig", ".bashrc"];
    for name in below {
        let mut path = home.to_owned();
        for part in Path::new(name) {
            path.push(part);
            match path.symlink_metadata() {
                Ok(found) if !platform::owner(&found).is_root() && !found.is_file() => {
                    return Err(Error::protected(&path, Obstacle::OtherOwner));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The user with the group that is its own. Group 0 may write more than that user may.
fn with_own_group(owner: Owner) -> Owner {
    let user = owner.user.to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = users.lines().find_map(|line| {
        let parts: Vec<&str> = line.split(':').collect();
        (parts.get(2) == Some(&user.as_str())).then(|| parts.get(3)?.parse().ok())?
    });
    let group = known.unwrap_or(match owner.group {
        0 => owner.user,
        group => group,
    });
    Owner { group, ..owner }
}
