//! Walks a plan: the cached session if there is one, else the source and each role after it. [`steps`] tells of it.

mod steps;

use std::cell::RefCell;

use tokio::runtime;
use tokio::time::Instant;

pub(crate) use self::steps::Step;
use super::cache::{Cache, Key};
use super::sts::Sts;
use super::{Credentials, Error, Origin, container, instance_metadata, mfa, process, sdk};
use crate::endpoint::{self, Region};
use crate::http::Http;
use crate::message::Messages;
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Plan, Profiles, RoleHop, Settings, Source};
use crate::secret::Secret;
use crate::world::{World, variable};

/// What resolving needs beside the plan: the surroundings, the config files, the network.
pub struct Resolver<'a> {
    pub(super) world: &'a World,
    pub(super) http: Http<'a>,
    own: &'a OwnConfig<'a>,
    /// The repository's region.
    repository: Region,
    /// `--region`
    region_option: Option<Region>,
    profiles: &'a Profiles,
    choice: &'a Choice,
    plan: &'a Plan,
    messages: &'a Messages,
    /// Where sessions are kept; none where nothing of the plan can be, or may be.
    cache: Option<Cache<'a>>,
    taken: RefCell<Vec<Step>>,
}

impl<'a> Resolver<'a> {
    /// Gathers it for a plan; opens nothing yet. `repository` is the repository's region.
    ///
    /// # Errors
    /// If git's configuration cannot be read, where it decides something.
    pub(crate) fn new(
        world: &'a World,
        messages: &'a Messages,
        profiles: &'a Profiles,
        choice: &'a Choice,
        plan: &'a Plan,
        own: &'a OwnConfig<'a>,
        repository: &Region,
    ) -> Result<Self, Error> {
        let is_session = !plan.hops.is_empty()
            || matches!(
                plan.source,
                Source::WebIdentity(_) | Source::SingleSignOn(_)
            );
        let cache = match is_session && own.boolean("cache")?.unwrap_or(true) {
            true => Cache::of(world, messages),
            false => None,
        };
        // botocore takes the path as it stands.
        let ca_bundle = profiles.setting(&choice.name, "ca_bundle").map(Into::into);
        Ok(Self {
            world,
            http: Http::new(world).with_ca_bundle(ca_bundle),
            own,
            repository: repository.clone(),
            region_option: None,
            profiles,
            choice,
            plan,
            messages,
            cache,
            taken: RefCell::default(),
        })
    }

    /// Asks STS in the region of an option.
    #[must_use]
    pub(crate) fn with_region(mut self, option: Option<Region>) -> Self {
        self.region_option = option;
        self
    }

    /// The surroundings.
    #[must_use]
    pub fn world(&self) -> &'a World {
        self.world
    }

    /// The network.
    #[must_use]
    pub fn http(&self) -> &Http<'a> {
        &self.http
    }

    /// Where warnings and the trace go.
    #[must_use]
    pub fn messages(&self) -> &'a Messages {
        self.messages
    }

    /// The settings of the environment and the chosen profile.
    pub(super) fn settings(&self) -> Settings<'a> {
        Settings::new(self.world, self.profiles, &self.choice.name)
    }

    fn needs_sts(&self) -> bool {
        !self.plan.hops.is_empty() || matches!(self.plan.source, Source::WebIdentity(_))
    }

    /// The region of STS and of AWS Sign-In, and the setting that named it.
    pub(super) fn sts_region(&self) -> Result<(Region, String), Error> {
        let own = self.own.text("stsRegion")?;
        let option = || {
            Some((
                "--region".to_owned(),
                self.region_option.as_ref()?.to_string(),
            ))
        };
        let named = own.map(|found| (found.key, found.value)).or_else(option);
        let in_profile = self.profiles.setting(&self.choice.name, "region");
        let profile = self.choice.in_words();
        Ok(endpoint::of_sts(
            self.world,
            named,
            in_profile,
            &profile,
            &self.repository,
        )?)
    }

    /// The credentials, if they can be had without the network: keys that stand somewhere, or a
    /// session that is still good. Starts no async runtime.
    pub fn at_hand(&self) -> Option<Result<Credentials, Error>> {
        match (&self.plan.source, self.plan.hops.as_slice()) {
            (Source::Environment, []) => Some(self.environment()),
            (Source::StaticKeys { profile }, []) => Some(self.static_keys(profile)),
            (_, hops) => self.kept(hops.len()).map(Ok),
        }
    }

    /// Resolves the whole plan.
    ///
    /// # Errors
    /// If the source or one of the roles gives no credentials.
    pub async fn resolve(&self) -> Result<Credentials, Error> {
        self.messages
            .trace(|| format!("credentials: {}", self.plan.in_words()));
        let depth = self.plan.hops.len();
        let started = Instant::now();
        if let Some(at_hand) = self.at_hand() {
            return at_hand.inspect(|found| self.note(depth, started, found));
        }
        // What is wrong with STS or the network is found before any key is fetched.
        let sts = self.needs_sts().then(|| Sts::prepare(self)).transpose()?;
        let (Some(cache), Some((key, what))) = (&self.cache, self.key(self.turn_depth())) else {
            return self.session(sts.as_ref(), depth).await;
        };
        let mut turn = cache.turn(&key, &what).await;
        // Whoever had the turn before may have asked for this very session; or was refused it, and then
        // this one would be too. Another plan's refusal says nothing here.
        if let Some(kept) = self.kept(depth) {
            self.note(depth, started, &kept);
            return Ok(kept);
        }
        if let Some(why) = turn.failure(&self.plan.in_words()) {
            return Err(Error::FailedElsewhere { why });
        }
        let asked = self.session(sts.as_ref(), depth).await;
        if let Err(error @ Error::Sts(_)) = &asked {
            let stamp = self.world.now().unix_timestamp_nanos();
            turn.failed(stamp, &self.plan.in_words(), &error.to_string());
        }
        asked
    }

    /// The session for which one process at a time asks: that of the first role that wants a code of the
    /// person, else the last one. Never more than one a run: two could wait for each other.
    fn turn_depth(&self) -> usize {
        let wants_code = |hop: &RoleHop| hop.mfa_serial.is_some();
        let first = self.plan.hops.iter().position(wants_code);
        first.map_or(self.plan.hops.len(), |above| above + 1)
    }

    /// The same, for a program that has no async runtime of its own.
    ///
    /// # Errors
    /// As [`Resolver::resolve`]; and if no runtime can be started.
    pub fn resolve_blocking(&self) -> Result<Credentials, Error> {
        if let Some(at_hand) = self.at_hand() {
            return at_hand;
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Error::Runtime)?.block_on(self.resolve())
    }

    /// Says whether credentials that the git host refused are worth a new session: those that were
    /// kept on disk may have been revoked, fresh ones would be refused again. A person is not asked for
    /// another MFA code on such a guess. The file stays until a new session takes its place.
    pub fn pass_over(&self, refused: &Credentials) -> bool {
        let Some(cache) = &self.cache else {
            return false;
        };
        let wants_code = self.plan.hops.iter().any(|hop| hop.mfa_serial.is_some());
        let is_worth_it = refused.origin == Origin::Cache && !wants_code;
        if is_worth_it {
            cache.pass_over(&refused.access_key_id);
        }
        is_worth_it
    }

    /// Drops the kept session whose key has this id, if that is what is kept.
    pub fn forget_key(&self, access_key_id: &str) {
        if let (Some(cache), Some((key, _))) = (&self.cache, self.key(self.plan.hops.len())) {
            cache.forget(&key, access_key_id);
        }
    }

    /// The session after `depth` roles of the plan; 0 is the source.
    async fn session(&self, sts: Option<&Sts<'a>>, depth: usize) -> Result<Credentials, Error> {
        let (Some(cache), Some((key, _))) = (&self.cache, self.key(depth)) else {
            return Box::pin(self.ask(sts, depth)).await;
        };
        let started = Instant::now();
        if let Some(kept) = self.kept(depth) {
            self.note(depth, started, &kept);
            return Ok(kept);
        }
        let asked = Box::pin(self.ask(sts, depth)).await;
        if let Ok(session) = &asked {
            cache.write(&key, session, self.kind(depth));
        }
        asked
    }

    /// Asks for the session after `depth` roles, whatever is kept of it.
    async fn ask(&self, sts: Option<&Sts<'a>>, depth: usize) -> Result<Credentials, Error> {
        let (Some(sts), Some(above)) = (sts, depth.checked_sub(1)) else {
            let started = Instant::now();
            let keys = self.first_keys(sts).await;
            return keys.inspect(|keys| self.note(depth, started, keys));
        };
        let hop = &self.plan.hops[above];
        let caller = Box::pin(self.session(Some(sts), above)).await?;
        let code = || match &hop.mfa_serial {
            Some(serial) => mfa::ask(self.world, serial).map(Some),
            None => Ok(None),
        };
        let started = Instant::now();
        let asked = match sts.assume(hop, &caller, code()?).await {
            // A kept session on the way may have been revoked: one more try, with a new one.
            Err(error) if caller.origin == Origin::Cache && error.blames_caller() => {
                if let Some(cache) = &self.cache {
                    cache.pass_over(&caller.access_key_id);
                }
                let caller = Box::pin(self.session(Some(sts), above)).await?;
                sts.assume(hop, &caller, code()?).await
            }
            asked => asked,
        };
        let asked = asked.map_err(Box::new)?;
        self.note(depth, started, &asked);
        Ok(asked)
    }

    /// Asks the plan's source.
    async fn first_keys(&self, sts: Option<&Sts<'a>>) -> Result<Credentials, Error> {
        match &self.plan.source {
            Source::Container => Ok(container::fetch(self.world, &self.http).await?),
            Source::InstanceMetadata { last_resort } => {
                instance_metadata::fetch(self.settings(), &self.http, last_resort.as_deref()).await
            }
            Source::Environment => self.environment(),
            Source::StaticKeys { profile } => self.static_keys(profile),
            Source::Process { profile, command } => Ok(process::run(profile, command).await?),
            Source::SingleSignOn(sso) => sdk::single_sign_on(&self.http, sso).await,
            Source::Login { profile, session } => {
                sdk::login(&self.http, profile, session, &self.sts_region()?.0).await
            }
            Source::WebIdentity(identity) => {
                let Some(sts) = sts else {
                    return Err(Error::Incomplete("the web identity".into()));
                };
                let asked = sts.assume_with_web_identity(identity).await;
                Ok(asked.map_err(Box::new)?)
            }
        }
    }

    /// A kept session that is still good.
    fn kept(&self, depth: usize) -> Option<Credentials> {
        let (key, _) = self.key(depth)?;
        let role_arn = match (depth.checked_sub(1), &self.plan.source) {
            (Some(above), _) => Some(self.plan.hops[above].role_arn.as_str()),
            (None, Source::WebIdentity(identity)) => Some(identity.role_arn.as_str()),
            (None, _) => None,
        };
        self.cache.as_ref()?.read(&key, role_arn)
    }

    /// The name under which the session after `depth` roles is kept, and the session in words. As in
    /// botocore, a source is kept only if its keys are used as they are.
    fn key(&self, depth: usize) -> Option<(Key, String)> {
        if let Some(above) = depth.checked_sub(1) {
            let hop = &self.plan.hops[above];
            return Some((Key::role(hop), format!("a session of {}", hop.role_arn)));
        }
        if !self.plan.hops.is_empty() {
            return None;
        }
        match &self.plan.source {
            Source::WebIdentity(identity) => Some((
                Key::web_identity(identity),
                format!("a session of {}", identity.role_arn),
            )),
            Source::SingleSignOn(sso) => Some((
                Key::single_sign_on(sso),
                format!("a session of {} in {}", sso.role_name, sso.account_id),
            )),
            _ => None,
        }
    }

    /// The AWS CLI's `ProviderType` of what is kept.
    fn kind(&self, depth: usize) -> Option<&'static str> {
        (depth == 0 && matches!(self.plan.source, Source::SingleSignOn(_))).then_some("sso")
    }

    fn environment(&self) -> Result<Credentials, Error> {
        let world = self.world;
        let incomplete = || Error::Incomplete("the environment".into());
        Ok(Credentials {
            access_key_id: world
                .variable(variable::AWS_ACCESS_KEY_ID)
                .ok_or_else(incomplete)?,
            secret_access_key: world
                .secret(variable::AWS_SECRET_ACCESS_KEY)
                .ok_or_else(incomplete)?,
            // The older name first, as in botocore.
            session_token: world
                .secret(variable::AWS_SECURITY_TOKEN)
                .or_else(|| world.secret(variable::AWS_SESSION_TOKEN)),
            expires_at: None,
            principal: None,
            origin: Origin::Fresh,
        })
    }

    fn static_keys(&self, name: &str) -> Result<Credentials, Error> {
        let incomplete = || Error::Incomplete(format!("profile {name:?}"));
        let profile = self.profiles.profile(name).ok_or_else(incomplete)?;
        let keys = profile.keys().ok_or_else(incomplete)?;
        let copy = |secret: Option<&Secret>| secret.map(|s| Secret::new(s.expose().to_owned()));
        Ok(Credentials {
            access_key_id: keys.id().ok_or_else(incomplete)?.value.clone(),
            secret_access_key: copy(keys.secret()).ok_or_else(incomplete)?,
            session_token: copy(keys.session_token()),
            expires_at: None,
            principal: None,
            origin: Origin::Fresh,
        })
    }
}
