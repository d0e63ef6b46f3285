//! `git codecommit setup` and `unsetup`: plan, show, apply, undo.
//!
//! A plan is made from what is there and touches nothing. It holds each file's content before and after,
//! so that what is shown is what is done. What was added is remembered in `state.json` beside our own
//! files, before it is added: undoing then finds it after any interruption.
//!
//! | file | change |
//! |---|---|
//! | `~/.config/git-codecommit/` | our own: profiles (`config`), git settings (`gitconfig`), `state.json` |
//! | `~/.gitconfig`, or where git's rules lead | one `include.path` line |
//! | `~/.aws/config` | a section, for a role |

mod acting;
mod aws;
mod changes;
mod claims;
mod clone;
mod conflict;
mod diff;
mod disk;
mod error;
#[cfg(test)]
pub(crate) mod exit_tests;
mod git;
mod git_settings;
mod ini;
mod lock;
mod places;
mod plan;
mod problem;
mod request;
mod show;
mod state;
mod undo;

use std::path::Path;

pub(crate) use changes::Plan;
pub(crate) use error::Error;
#[cfg(any(test, fuzzing))]
pub(crate) use ini::fuzz;
pub(crate) use request::{CredentialSource, NewProfile, Placement, Request, RoleRequest, Scope};

use self::claims::Existing;
use self::lock::Lock;
use self::places::Places;
use crate::error::Error as AnyError;
use crate::platform;
use crate::world::{World, variable};

pub(crate) enum Task<'a> {
    Setup(&'a Request),
    /// Undo one profile's set-up, or all of it.
    Undo {
        profile: Option<&'a NewProfile>,
        placement: &'a Placement,
    },
}

impl Task<'_> {
    /// Looks at what is there and says what would become of it.
    pub(crate) fn plan(&self, world: &World) -> Result<Plan, AnyError> {
        self.plan_with(world, &[])
    }

    fn plan_with(&self, world: &World, made: &[std::path::PathBuf]) -> Result<Plan, AnyError> {
        let places = Places::find(world, self.placement())?;
        match self {
            Self::Setup(request) => plan::of_setup(world, places, request, made),
            Self::Undo { profile, placement } => {
                Ok(undo::plan(world, places, *profile, placement.force)?)
            }
        }
    }

    fn placement(&self) -> &Placement {
        match self {
            Self::Setup(request) => &request.placement,
            Self::Undo { placement, .. } => placement,
        }
    }

    /// Does what the plan says. It is made again under the lock, since another program may have come first:
    /// nothing is done if it conflicts now.
    pub(crate) fn apply(&self, world: &World, shown: &Plan) -> Result<Plan, AnyError> {
        if let Self::Setup(_) = self {
            shown.places.check_programs()?;
        }
        platform::allow_own_files();
        let lock = Lock::take(&shown.places.own)?;
        let done = self.apply_under(world, &lock);
        match done {
            Ok(plan) if plan.leaves_nothing => {
                undo::remove_folders(&plan, lock);
                Ok(plan)
            }
            // A first run that could do nothing leaves nothing.
            Err(error) if !shown.places.own_file(changes::STATE).exists() => {
                lock.remove();
                Err(error)
            }
            done => done,
        }
    }

    fn apply_under(&self, world: &World, lock: &Lock) -> Result<Plan, AnyError> {
        let plan = self.plan_with(world, &lock.made)?;
        if let Some(conflict) = plan.conflicts.first() {
            return Err(Error::ChangedMeanwhile(plan.places.path(&conflict.file)).into());
        }
        plan.apply()?;
        Ok(plan)
    }
}

/// The first git that reads `GIT_CONFIG_COUNT` (git-config(1), "ENVIRONMENT").
const EXPORTS_NEED: (u32, u32) = (2, 31);

/// The git settings of a request as shell commands that export them.
pub(crate) fn exports(world: &World, request: &Request) -> Result<String, AnyError> {
    let plan = Task::Setup(request).plan(world)?;
    plan.places.check_programs()?;
    plan.places.check_git("setup --env", EXPORTS_NEED)?;
    if let Some(conflict) = plan.conflicts.first() {
        return Err(Error::Conflict(format!("{}: {}", conflict.file, conflict.why)).into());
    }
    let existing = Existing::read(world, &plan.places)?;
    let settings = git_settings::all(&plan.state, &plan.places, &existing);
    let count = world.variable(variable::GIT_CONFIG_COUNT);
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    Ok(git_settings::exports(&settings, count))
}

/// Clones what the request names; what is cloned already is left alone.
pub(crate) fn clone(
    request: &Request,
    plan: &Plan,
    folder: &Path,
    quiet: bool,
) -> Result<String, AnyError> {
    Ok(clone::clone(request, plan, folder, quiet)?)
}
