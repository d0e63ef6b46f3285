//! Whose rights a run uses.
//!
//! Root in another user's home directory gives up its own rights. That user decides what is there: links to files
//! elsewhere, a record of what to remove, and git settings that name programs to run. With that user's rights, a link
//! leads to nothing that the user could not change, and git starts none of these programs as root.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::Error;
use crate::profile;

/// Makes root the owner of a home directory, for good, or checks that root alone decides what is there. Any other
/// user stays who it is.
pub(super) fn as_owner_of(home: &Path) -> Result<(), Error> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    // The name of the home directory may itself be a link of that user.
    let named = [fs::symlink_metadata(home), fs::metadata(home)];
    let Some(owned) = named.into_iter().flatten().find(|found| found.uid() != 0) else {
        return check_folders(home);
    };
    become_user(owned.uid(), group_of(&owned)).map_err(|_| Error::Protected {
        path: home.to_owned(),
        problem: "it is the home directory of another user",
        hint: "run this as that user",
    })
}

/// In a home directory of root's, another user's folder or link leads root to where that user likes.
fn check_folders(home: &Path) -> Result<(), Error> {
    let below = [profile::OWN_FOLDER, ".aws/config", ".gitconfig", ".bashrc"];
    for name in below {
        let mut path = home.to_owned();
        for part in Path::new(name) {
            path.push(part);
            match path.symlink_metadata() {
                Ok(found) if found.uid() != 0 && !found.is_file() => {
                    return Err(Error::Protected {
                        path,
                        problem: "it belongs to another user than the home directory",
                        hint: "give it to root (chown -h root), or move it away",
                    });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// A user's own group. Group 0 may write more than that user may.
fn group_of(home: &Metadata) -> u32 {
    let user = home.uid().to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = users.lines().find_map(|line| {
        let parts: Vec<&str> = line.split(':').collect();
        (parts.get(2) == Some(&user.as_str())).then(|| parts.get(3)?.parse().ok())?
    });
    known.unwrap_or(match home.gid() {
        0 => home.uid(),
        group => group,
    })
}

/// Gives up root's rights. Setup runs in one thread, so those of the thread are those of the process.
#[cfg(target_os = "linux")]
fn become_user(user: u32, group: u32) -> io::Result<()> {
    use rustix::process::{Gid, Uid, geteuid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    match geteuid() == user {
        true => Ok(()),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn become_user(_: u32, _: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
