//! What becomes of each file.

use std::path::{Path, PathBuf};

use super::claims::Existing;
use super::disk::{self, Change, Kind, Link};
use super::git_settings;
use super::places::Places;
use super::request::{Mode, Request, Scope};
use super::state::{Insertion, Role, State, What, sha256};
use super::{Error, aws, git, shadow, shell};
use crate::address::Address;
use crate::endpoint::{Host, Region};
use crate::error::Error as AnyError;
use crate::profile::{OWN_FILE, Profiles};
use crate::world::{World, variable};

/// The names in our own folder.
pub(super) const STATE: &str = "state.json";
pub(super) const GIT_SETTINGS: &str = "gitconfig";

/// What a run would do.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) places: Places,
    pub(super) changes: Vec<Change>,
    pub(super) links: Vec<Link>,
    /// What runs that were stopped left behind.
    pub(super) leftovers: Vec<PathBuf>,
    /// Folders to make, the outer ones first.
    pub(super) folders: Vec<PathBuf>,
    /// The state that the changes lead to.
    pub(super) state: State,
    /// What stands in the way. Nothing is changed then.
    pub(crate) conflicts: Vec<Conflict>,
    /// What a person should know, and can do without.
    pub(crate) notes: Vec<String>,
    /// What will not work as it might be expected to.
    pub(crate) warnings: Vec<String>,
    /// What a person changed since, and an undo leaves in place.
    pub(crate) kept: Vec<Conflict>,
    /// Our own folder goes too.
    pub(super) leaves_nothing: bool,
}

/// Something that is there and says otherwise.
#[derive(Debug)]
pub(crate) struct Conflict {
    /// The file, as it is shown.
    pub(crate) file: String,
    /// What is the matter, in words.
    pub(crate) why: String,
    /// `- what is there` and `+ what was asked for`.
    pub(crate) lines: Vec<String>,
}

impl Plan {
    pub(super) fn new(places: Places, state: State) -> Self {
        Self {
            warnings: places.warnings.clone(),
            places,
            changes: Vec::new(),
            links: Vec::new(),
            leftovers: Vec::new(),
            folders: Vec::new(),
            state,
            conflicts: Vec::new(),
            notes: Vec::new(),
            kept: Vec::new(),
            leaves_nothing: false,
        }
    }

    /// Whether there is anything to do.
    pub(crate) fn is_needed(&self) -> bool {
        self.changes.iter().any(Change::is_needed)
            || self.links.iter().any(Link::is_needed)
            || !self.leftovers.is_empty()
    }

    /// Looks for what runs that were stopped left beside the files of this plan.
    pub(super) fn find_leftovers(&mut self) {
        let files = self.changes.iter().map(|change| &change.path);
        let links = self.links.iter().map(|link| &link.path);
        self.leftovers = files
            .chain(links)
            .flat_map(|path| disk::leftovers(path))
            .collect();
    }

    /// Does it.
    pub(super) fn apply(&self) -> Result<(), Error> {
        if !self.is_needed() {
            return Ok(());
        }
        for leftover in &self.leftovers {
            std::fs::remove_file(leftover).map_err(|error| Error::write(leftover, error))?;
        }
        let made = self
            .folders
            .iter()
            .try_for_each(|folder| disk::make_folder(folder));
        let done = made.and_then(|()| disk::apply(&self.changes, &self.links));
        if done.is_err() {
            for folder in self.folders.iter().rev() {
                // Only what is empty goes.
                let _ = std::fs::remove_dir(folder);
            }
        }
        done
    }

    /// Plans one of our own files; one that a person changed is a conflict.
    pub(super) fn own_file(
        &mut self,
        name: &str,
        content: Option<String>,
        force: bool,
    ) -> Result<(), Error> {
        let path = self.places.own_file(name);
        let shown = self.places.shown(&path);
        let before = disk::read(&path)?;
        let after = content.map(String::into_bytes);
        if let Some(there) = &before
            && !force
            && before != after
            && !self.state.is_as_written(&shown, there)
        {
            let conflict = Conflict {
                file: shown,
                why: "it was changed by hand".into(),
                lines: super::diff::lines(there, after.as_deref().unwrap_or_default()),
            };
            match after {
                Some(_) => self.conflicts.push(conflict),
                None => self.kept.push(conflict),
            }
            return Ok(());
        }
        match &after {
            Some(after) => self.state.owned.insert(shown, sha256(after)),
            None => self.state.owned.remove(&shown),
        };
        self.changes.push(Change {
            path,
            kind: Kind::Own,
            before,
            after,
            backup: false,
        });
        Ok(())
    }
}

/// Plans a set-up. `made` are the folders that were just made for its lock.
pub(super) fn of_setup(
    world: &World,
    places: Places,
    request: &Request,
    made: &[PathBuf],
) -> Result<Plan, AnyError> {
    let placement = &request.placement;
    let state_file = places.own_file(STATE);
    let state_before = disk::read(&state_file)?;
    let state = State::read(&state_file, state_before.as_deref())?;
    let mut plan = Plan::new(places, state);

    let existing = Existing::read(&plan.places)?;
    let role = role(world, &mut plan, request, &existing)?;
    let profiles = Profiles::load_aws_files(world)?;
    let section = aws::plan(
        &role,
        &plan.places,
        &profiles,
        &mut plan.state,
        placement.force,
    )?;
    plan.conflicts.extend(section.conflict);
    plan.notes.extend(section.notes);
    check_source(world, &mut plan, &role, &profiles);

    match plan
        .state
        .roles
        .iter_mut()
        .find(|known| known.profile == role.profile)
    {
        Some(known) => *known = role.clone(),
        None => plan.state.roles.push(role.clone()),
    }
    let allow = !existing.decides_protocol();
    if !allow {
        plan.notes
            .push("protocol.codecommit.allow is set already, and stays as it is".into());
    }
    let roles = roles_file(&plan.state.roles);
    let settings = git_settings::content(&plan.state.roles, &plan.places, allow);
    plan.own_file(OWN_FILE, Some(roles), placement.force)?;
    plan.own_file(GIT_SETTINGS, Some(settings), placement.force)?;
    plan.changes.extend(section.change);
    include(&mut plan)?;
    path(world, &mut plan, request)?;
    lfs(&mut plan, request, &existing);

    folders(&mut plan, made, state_before.is_none());
    // First of all: what is to be added must be known before it is.
    let after = plan.state.content();
    let state = Change {
        path: state_file,
        kind: Kind::Own,
        before: state_before,
        after: Some(after),
        backup: false,
    };
    plan.changes.insert(0, state);
    if placement.force {
        plan.conflicts.clear();
    }
    plan.find_leftovers();
    Ok(plan)
}

/// The folders to make, and those to remember as made.
fn folders(plan: &mut Plan, made: &[PathBuf], is_first: bool) {
    for change in &plan.changes {
        for folder in disk::missing_folders(&change.path) {
            if !plan.folders.contains(&folder) {
                plan.folders.push(folder);
            }
        }
    }
    let mut ours: Vec<PathBuf> = made.iter().chain(&plan.folders).cloned().collect();
    // Our folder without a state: a run was stopped, or has just begun beside this one. What holds
    // nothing else was made for it.
    if is_first && plan.places.own.exists() && !made.contains(&plan.places.own) {
        let parents = plan
            .changes
            .iter()
            .flat_map(|change| change.path.ancestors().skip(1));
        let parents = parents.chain(plan.places.own.ancestors());
        let home = plan.places.home();
        let parents = parents.take_while(|folder| *folder != home && folder.starts_with(home));
        ours.extend(
            parents
                .filter(|folder| disk::holds_only_ours(folder))
                .map(Path::to_owned),
        );
    }
    // Our own goes in any case.
    ours.retain(|folder| !folder.starts_with(&plan.places.own));
    ours.sort();
    for folder in ours
        .iter()
        .map(|folder| plan.places.shown(folder))
        .collect::<Vec<_>>()
    {
        if !plan.state.folders.contains(&folder) {
            plan.state.folders.push(folder);
        }
    }
}

/// The role as it will be: what an earlier run set up for the profile stays, and is added to.
fn role(
    world: &World,
    plan: &mut Plan,
    request: &Request,
    existing: &Existing,
) -> Result<Role, Error> {
    let mut role = Role::new(request);
    for region in &request.regions {
        check_partition(request, region)?;
    }
    if let Some(known) = plan
        .state
        .roles
        .iter()
        .find(|known| known.profile == role.profile)
    {
        let mut regions = known.regions.clone();
        regions.extend(
            role.regions
                .into_iter()
                .filter(|r| !known.regions.contains(r)),
        );
        role.regions = regions;
        role.hosts.clone_from(&known.hosts);
        role.repositories.clone_from(&known.repositories);
        role.rewrite = known.rewrite;
        role.rewrite_without_region = known.rewrite_without_region;
        role.lfs |= known.lfs;
        let (old, new) = (known.settings(), role.settings());
        if old != new {
            let line = |mark: char, settings: &[(&str, &str)], others: &[(&str, &str)]| {
                let differ = settings.iter().filter(|s| !others.contains(s));
                differ
                    .map(|(k, v)| format!("{mark} {k} = {v}"))
                    .collect::<Vec<_>>()
            };
            plan.conflicts.push(Conflict {
                file: plan.places.shown(&plan.places.own_file(OWN_FILE)),
                why: format!("profile {:?} was set up with other settings", role.profile),
                lines: [line('-', &old, &new), line('+', &new, &old)].concat(),
            });
        }
    }
    if role.mode.has_https() {
        claim_hosts(plan, &mut role, request, existing);
    }
    let others = shadow::others(world, "git-remote-codecommit", &plan.places.programs);
    let is_wanted =
        role.mode == Mode::Https || role.lfs || (role.mode == Mode::Both && !others.is_empty());
    role.rewrite |= is_wanted && !role.hosts.is_empty();
    // The reference takes the region of a codecommit://profile@repository from the environment first:
    // where that is another one, such an address stays what it is.
    let region = world.variable(variable::AWS_DEFAULT_REGION);
    let is_same = region.is_none_or(|region| role.regions.first() == Some(&region));
    role.rewrite_without_region |= role.rewrite && is_same;
    say_shadows(plan, &role, &others);
    Ok(role)
}

fn check_partition(request: &Request, region: &Region) -> Result<(), Error> {
    if region.partition() == request.role_arn.partition() {
        return Ok(());
    }
    Err(Error::Request {
        problem: format!(
            "{region} is in partition {}, and the role is in {}",
            region.partition(),
            request.role_arn.partition()
        ),
        hint: "check --region and --role-arn".into(),
    })
}

/// Gives the role the plain https URLs of its regions, as far as nobody else has them.
fn claim_hosts(plan: &mut Plan, role: &mut Role, request: &Request, existing: &Existing) {
    for region in &request.regions {
        let name = region.to_string();
        if role.hosts.contains(&name) {
            continue;
        }
        let host = Host::regional(region, false);
        let owner = plan
            .state
            .roles
            .iter_mut()
            .find(|known| known.profile != role.profile && known.hosts.contains(&name));
        let claim = match &owner {
            Some(owner) => Some(format!(
                "profile {:?} answers for {}",
                owner.profile,
                host.name()
            )),
            None => existing.claim(&host, &role.profile, &plan.places),
        };
        match (claim, request.placement.force) {
            (Some(claim), false) => {
                plan.notes.push(format!(
                    "{claim} already, and goes on{}; codecommit::{region}://{}@… reaches the others (--force \
                     takes the host)",
                    match &request.repository {
                        Some(name) => format!(", but for {name}"),
                        None => ": --repo NAME gives this role single repositories".to_owned(),
                    },
                    role.profile,
                ));
                if let Some(repository) = &request.repository {
                    let scoped = format!("{region}/{repository}");
                    if !role.repositories.contains(&scoped) {
                        role.repositories.push(scoped);
                    }
                }
            }
            _ => {
                if let Some(owner) = owner {
                    owner.hosts.retain(|host| *host != name);
                }
                role.hosts.push(name);
            }
        }
    }
}

/// Says who would be run in our place, and what is done about it.
fn say_shadows(plan: &mut Plan, role: &Role, others: &[PathBuf]) {
    for other in others {
        let other = plan.places.shown(other);
        if role.rewrite {
            plan.notes.push(format!(
                "{other} hides this git-remote-codecommit from programs with its folder on PATH: \
                 codecommit:: addresses of profile {:?} go by https instead (url.<base>.insteadOf)",
                role.profile
            ));
        } else {
            plan.warnings.push(format!(
                "{other} hides this git-remote-codecommit from programs that do not read ~/.bashrc, \
                 such as the git panel; --mode both leads round it, with --force where another helper \
                 answers for the host"
            ));
        }
    }
}

/// Warns where the role's first keys will not be there.
fn check_source(world: &World, plan: &mut Plan, role: &Role, profiles: &Profiles) {
    let container = [
        variable::AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
        variable::AWS_CONTAINER_CREDENTIALS_FULL_URI,
    ];
    if role.credential_source.as_deref() == Some("EcsContainer")
        && world.first_variable(&container).is_none()
        && plan.places.scope != Scope::System
    {
        plan.warnings.push(
            "credential_source is EcsContainer, but this process has no AWS_CONTAINER_CREDENTIALS_… \
             variable (sudo, su and cron drop it)"
                .into(),
        );
    }
    if let Some(source) = &role.source_profile
        && profiles.profile(source).is_none()
    {
        plan.warnings
            .push(format!("source_profile {source:?} does not exist yet"));
    }
}

/// Our own file of profiles.
pub(super) fn roles_file(roles: &[Role]) -> String {
    let mut text = String::from(
        "# Written by \"git codecommit setup\". A profile counts here where ~/.aws/config and\n\
         # ~/.aws/credentials do not have it.\n",
    );
    for role in roles {
        text.push('\n');
        text.push_str(&super::ini::section(&role.profile, &role.settings()));
    }
    text
}

/// The line in the person's git configuration.
fn include(plan: &mut Plan) -> Result<(), Error> {
    let path = plan.places.git_config.clone();
    let before = disk::read(&path)?;
    let value = plan.places.shown(&plan.places.own_file(GIT_SETTINGS));
    let home = plan.places.home().to_owned();
    let mut after = before.clone();
    let text = before.clone().unwrap_or_default();
    if !git::values_in(&text, "include.path", &home)?.contains(&value) {
        let (new, added) = with_include(&text, &value, &home)?;
        plan.state.insert(Insertion {
            what: What::Include,
            file: plan.places.shown(&path),
            text: added,
            created: before.is_none(),
        });
        after = Some(new);
    }
    plan.changes.push(Change {
        path,
        kind: Kind::Git,
        backup: true,
        before,
        after,
    });
    Ok(())
}

/// Adds an include at the end of a text, as `git config --add` writes it, but always at the end: behind
/// every helper that stands there, which its reset must clear. Git then says whether it reads it so.
fn with_include(text: &[u8], value: &str, home: &Path) -> Result<(Vec<u8>, String), Error> {
    let end = if text.windows(2).any(|pair| pair == b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with(b"\n") {
        added.push_str(end);
    }
    added.push_str(&format!("[include]{end}\tpath = {value}{end}"));
    let new = [text, added.as_bytes()].concat();
    if git::values_in(&new, "include.path", home)?.contains(&value.to_owned()) {
        return Ok((new, added));
    }
    Err(Error::Git {
        command: "config".into(),
        words: "it does not find a line at the end of its configuration file".into(),
    })
}

/// The block in `~/.bashrc` and the folder that it puts on PATH, where terminals need them.
fn path(world: &World, plan: &mut Plan, request: &Request) -> Result<(), Error> {
    if plan.places.scope == Scope::System {
        return in_exec_path(world, plan, request);
    }
    let Some(path) = plan.places.bashrc.clone() else {
        return Ok(());
    };
    let before = disk::read(&path)?;
    let text = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    let is_there = shell::has_block(&text);
    if !is_there && !shell::is_needed(world, &plan.places, request.mode) {
        return Ok(());
    }
    let links = shell::links(&plan.places);
    plan.folders.extend(
        links
            .first()
            .into_iter()
            .flat_map(|link| disk::missing_folders(&link.path)),
    );
    plan.links.extend(links);
    let mut after = before.clone();
    if !is_there {
        let (_, added) = shell::with_block(&text);
        let mut content = before.clone().unwrap_or_default();
        content.extend_from_slice(added.as_bytes());
        plan.state.insert(Insertion {
            what: What::Path,
            file: plan.places.shown(&path),
            text: added,
            created: before.is_none(),
        });
        after = Some(content);
        plan.notes.push(format!(
            "new terminals find these programs first (this one: export PATH=\"{}:$PATH\")",
            plan.places.own_file(shell::BIN).display()
        ));
    }
    plan.changes.push(Change {
        path,
        kind: Kind::Shell,
        backup: true,
        before,
        after,
    });
    Ok(())
}

/// For a whole machine or image: a link in git's own folder of programs comes before any PATH.
fn in_exec_path(world: &World, plan: &mut Plan, request: &Request) -> Result<(), Error> {
    let others = shadow::others(world, "git-remote-codecommit", &plan.places.programs);
    if request.mode == Mode::Https || others.is_empty() {
        return Ok(());
    }
    let path = git::exec_path(plan.places.home())?.join("git-remote-codecommit");
    let target = plan.places.programs.join("git-remote-codecommit");
    let ours = plan.state.links.contains_key(&path.display().to_string());
    let is_there = path.symlink_metadata().is_ok() && !ours && !shadow::is_same(&path, &target);
    if is_there && !request.placement.force {
        plan.conflicts.push(Conflict {
            file: path.display().to_string(),
            why: "another git-remote-codecommit is in git's own folder".into(),
            lines: Vec::new(),
        });
        return Ok(());
    }
    plan.state
        .links
        .insert(path.display().to_string(), target.display().to_string());
    plan.links.push(Link::new(path, Some(target)));
    Ok(())
}

fn lfs(plan: &mut Plan, request: &Request, existing: &Existing) {
    if request.lfs && !existing.has_lfs() {
        plan.warnings
            .push("git-lfs is not set up for git: run git lfs install".into());
    }
}

/// Clones, or finds that it is done.
pub(super) fn clone(request: &Request, plan: &Plan, folder: &Path) -> Result<String, Error> {
    let (Some(repository), Some(region)) = (&request.repository, request.regions.first()) else {
        return Ok(String::new());
    };
    let role = plan
        .state
        .roles
        .iter()
        .find(|role| role.profile == request.profile.as_str());
    let https = role
        .filter(|role| role.mode.has_https())
        .and_then(|role| git_settings::url(role, region, repository.as_str()));
    let url = https.unwrap_or_else(|| {
        format!(
            "codecommit::{region}://{}@{repository}",
            request.profile.as_str()
        )
    });
    let shown = plan.places.shown(folder);
    let home = plan.places.home();
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return match git::origin(folder, home)? {
            Some(origin) if is_repository(&origin, region, repository.as_str()) => {
                Ok(format!("{shown} is a clone of {repository} already"))
            }
            _ => Err(Error::Protected {
                path: folder.to_owned(),
                problem: "something else is there, and it is no clone of this repository",
                hint: "the settings are in place; name another folder: --clone FOLDER",
            }),
        };
    }
    if git::clone(&url, folder, home)? {
        return Ok(format!("cloned {repository} to {shown}"));
    }
    Err(Error::Clone(repository.to_string()))
}

/// Whether a remote's URL, in any form, is this repository in this region.
fn is_repository(url: &str, region: &Region, name: &str) -> bool {
    Address::parse(url).is_ok_and(|address| {
        address.repository.as_str() == name && address.region.is_none_or(|known| known == *region)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_known_by_its_repository_in_any_form_of_address() {
        let region = Region::parse("eu-west-1").unwrap();
        for (url, expected) in [
            ("codecommit::eu-west-1://P@demo", true),
            ("codecommit://P@demo", true),
            (
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo",
                true,
            ),
            (
                "https://P@git-codecommit.eu-west-1.amazonaws.com/v1/repos/demo/",
                true,
            ),
            (
                "codecommit::arn:aws:codecommit:eu-west-1:111111111111:demo",
                true,
            ),
            ("codecommit::us-east-1://P@demo", false),
            ("https://github.com/x/demo", false),
            ("codecommit://P@demo2", false),
        ] {
            assert_eq!(is_repository(url, &region, "demo"), expected, "{url}");
        }
    }
}
