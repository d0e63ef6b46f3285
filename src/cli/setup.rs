//! `git codecommit setup` and `git codecommit unsetup`.

use std::io::{self, BufRead as _};
use std::path::PathBuf;

use super::session::Session;
use super::setup_args::SetupArgs;
use crate::error::Error;
use crate::message::Notices as _;
use crate::setup::{self, NewProfile, Placement, Plan, Scope, Task};

/// Configure git (and an AWS profile) for CodeCommit
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 done, or nothing to do; 1 declined; 2 usage; 3 conflicting settings;
5 a file cannot be read or written; 6 the clone failed.

Examples:
  git codecommit setup                      use the credentials that the AWS CLI uses
  git codecommit setup --profile Dev        use the profile Dev
  git codecommit setup --region eu-west-1 --role-arn arn:aws:iam::111111111111:role/Contributor
                                            write a profile for a role, as in SageMaker Studio")]
pub(super) struct Setup {
    #[command(flatten)]
    args: SetupArgs,
    #[command(flatten)]
    common: Common,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// Do not change ~/.aws/config: the helpers read ~/.config/git-codecommit instead
    #[arg(long)]
    no_aws_config: bool,
    /// Print the settings as environment variables, and change nothing
    ///
    /// For a CI job or a Dockerfile: eval "$(git codecommit setup --env)". HOME may then be another folder.
    #[arg(long, conflicts_with_all = ["role_arn", "clone", "scope", "dry_run", "json", "no_aws_config"])]
    env: bool,
    /// Use the programs in this folder [default: the folder of this program]
    #[arg(long, value_name = "FOLDER")]
    bin_dir: Option<PathBuf>,
}

/// Undo setup
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 done, or nothing to do; 1 declined; 2 usage; 3 a change made since setup was kept;
5 a file cannot be read or written.")]
pub(super) struct Unsetup {
    /// Undo the setup of this profile only
    #[arg(long, value_name = "NAME")]
    profile: Option<NewProfile>,
    #[command(flatten)]
    common: Common,
}

/// The options of `setup` and `unsetup`.
#[derive(clap::Args)]
struct Common {
    /// Choose the git configuration to change
    #[arg(long, value_name = "SCOPE", value_enum, default_value_t = Scope::Global)]
    scope: Scope,
    /// Show the changes without making them
    #[arg(long)]
    dry_run: bool,
    /// Do not ask for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Replace conflicting settings
    #[arg(long)]
    force: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Print warnings and errors only
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
}

impl Setup {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        let (common, strict) = (self.common, self.strict);
        let placement = Placement {
            scope: common.scope,
            bin_dir: self.bin_dir,
            no_aws_config: self.no_aws_config,
            is_absolute: self.env,
            force: common.force,
        };
        if self.env {
            let (request, _) = self.args.request(placement);
            let exports = setup::exports(session.world, &request)?;
            session.out.write_all(exports.as_bytes())?;
            return Ok(());
        }
        let (request, folder) = self.args.request(placement);
        let plan = common.carry_out(session, &Task::Setup(&request), strict)?;
        match folder {
            Some(folder) if !common.dry_run => {
                let folder = std::path::absolute(folder)?;
                let quiet = common.quiet || common.json;
                let said = setup::clone(&request, &plan, &folder, quiet)?;
                common.say(session, &said)
            }
            _ => Ok(()),
        }
    }
}

impl Unsetup {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        let placement = Placement {
            scope: self.common.scope,
            bin_dir: None,
            no_aws_config: false,
            is_absolute: false,
            force: self.common.force,
        };
        let task = Task::Undo {
            profile: self.profile.as_ref(),
            placement: &placement,
        };
        self.common.carry_out(session, &task, false).map(drop)
    }
}

impl Common {
    fn carry_out(&self, session: &mut Session, task: &Task, strict: bool) -> Result<Plan, Error> {
        let plan = task.plan(session.world)?;
        for warning in &plan.warnings {
            session.messages.warning(warning);
        }
        let obstacle = if let [first, ..] = plan.conflicts.as_slice() {
            Some(format!("{}: {}", first.file, first.why))
        } else {
            let warning = plan.warnings.first().filter(|_| strict);
            warning.map(|warning| format!("--strict: {warning}"))
        };
        if let Some(obstacle) = obstacle {
            self.report(session, &plan, false)?;
            return Err(setup::Error::Conflict(obstacle).into());
        }
        let is_to_be_done = plan.is_needed() && !self.dry_run;
        if is_to_be_done && !self.yes {
            self.show(session, &plan)?;
            ask(session)?;
        }
        let plan = if is_to_be_done {
            task.apply(session.world, &plan)?
        } else {
            plan
        };
        if !is_to_be_done || self.yes {
            self.show(session, &plan)?;
        }
        self.report(session, &plan, is_to_be_done)?;
        match plan.kept.first() {
            Some(kept) if !self.dry_run => {
                Err(setup::Error::Kept(format!("{}: {}", kept.file, kept.why)).into())
            }
            _ => Ok(plan),
        }
    }

    fn show(&self, session: &mut Session, plan: &Plan) -> Result<(), Error> {
        for line in plan.lines() {
            self.say(session, &line)?;
        }
        Ok(())
    }

    fn report(&self, session: &mut Session, plan: &Plan, is_applied: bool) -> Result<(), Error> {
        if self.json {
            writeln!(session.out, "{:#}", plan.in_json(is_applied))?;
            return Ok(());
        }
        for conflict in plan.conflicts.iter().chain(&plan.kept) {
            for line in conflict.lines() {
                self.say(session, &line)?;
            }
        }
        for note in &plan.notes {
            self.say(session, &format!("note: {note}"))?;
        }
        if !plan.conflicts.is_empty() {
            return Ok(());
        }
        self.say(
            session,
            match (plan.is_needed(), is_applied) {
                (false, _) => "unchanged",
                (true, true) => "done",
                (true, false) => "nothing was changed (--dry-run)",
            },
        )
    }

    fn say(&self, session: &mut Session, text: &str) -> Result<(), Error> {
        if !self.quiet && !self.json {
            session.line(text)?;
        }
        Ok(())
    }
}

fn ask(session: &mut Session) -> Result<(), Error> {
    if !session.world.can_ask() {
        return Err(setup::Error::Unasked.into());
    }
    session.out.flush()?;
    session.messages.ask("change these files? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(setup::Error::Declined.into())
}
