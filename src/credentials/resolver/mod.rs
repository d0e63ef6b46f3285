//! Walks a plan: the cached session if there is one, else the source and each role
//! after it. [`explained`] tells of it.

mod explained;
mod step;
mod written;

use std::cell::RefCell;

use tokio::runtime;
use tokio::time::Instant;

pub(crate) use self::step::Step;
use super::cache::{Cache, Key};
use super::error::Error;
use super::sts::Sts;
use super::{container, instance_metadata, mfa, process, sdk};
use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin};
use crate::http::Http;
use crate::message::Notices;
use crate::profile::{Plan, RoleHop, Source};
use crate::target::{Target, WantedAccount};

/// What resolving needs: what is meant, the network, the sessions on disk.
pub(crate) struct Resolver<'a> {
    target: &'a Target<'a>,
    http: &'a Http<'a>,
    notices: &'a dyn Notices,
    plan: Plan,
    /// The account that the credentials must be of.
    wanted: Option<WantedAccount>,
    /// Where sessions are kept; none where nothing of the plan can be, or may be.
    cache: Option<Cache<'a>>,
    taken: RefCell<Vec<Step>>,
}

impl<'a> Resolver<'a> {
    /// Plans; opens nothing yet. Fails if the profile gives no plan, or git's configuration cannot be read.
    pub(crate) fn new(
        target: &'a Target<'a>,
        http: &'a Http<'a>,
        notices: &'a dyn Notices,
    ) -> Result<Self, Error> {
        let plan = target.plan()?;
        let is_session = !plan.hops.is_empty()
            || matches!(
                plan.source,
                Source::WebIdentity(_) | Source::SingleSignOn(_)
            );
        let cache = match is_session && target.own.boolean("cache")?.unwrap_or(true) {
            true => Cache::of(target.world, notices),
            false => None,
        };
        Ok(Self {
            wanted: target.wanted_account()?,
            target,
            http,
            notices,
            plan,
            cache,
            taken: RefCell::default(),
        })
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How to use the identity that https URLs have, where that is another.
    pub(crate) fn hint_of_https(&self) -> Option<String> {
        self.target.hint_of_https()
    }

    fn needs_sts(&self) -> bool {
        !self.plan.hops.is_empty() || matches!(self.plan.source, Source::WebIdentity(_))
    }

    /// STS, if the plan needs it: what is wrong with it or the network is found before any key is fetched.
    fn sts(&self) -> Result<Option<Sts<'a>>, Error> {
        self.needs_sts().then(|| self.prepared_sts()).transpose()
    }

    /// STS as the settings have it.
    fn prepared_sts(&self) -> Result<Sts<'a>, Error> {
        let Target { world, .. } = self.target;
        let (region, _) = self.target.sts_region()?;
        let settings = self.target.settings();
        let sts = Sts::prepare(world, settings, region, self.http, self.notices);
        Ok(sts.map_err(Box::new)?)
    }

    /// The account that the credentials must be of.
    pub(crate) fn wanted(&self) -> Option<&WantedAccount> {
        self.wanted.as_ref()
    }

    /// The credentials, if they can be had without the network: keys that stand somewhere, or a session that is
    /// still good. Starts no async runtime.
    pub(crate) fn at_hand(&self) -> Option<Result<Credentials, Error>> {
        match self.unguarded()? {
            Ok(found) => match (&self.wanted, found.account()) {
                // Only STS can tell whose they are.
                (Some(_), None) => None,
                (_, account) => Some(self.guarded(found, account)),
            },
            failed => Some(failed),
        }
    }

    /// Lets credentials pass that are of the account that is wanted.
    fn guarded(
        &self,
        found: Credentials,
        account: Option<AccountId>,
    ) -> Result<Credentials, Error> {
        match (&self.wanted, account) {
            (Some(wanted), Some(account)) if wanted.id != account => Err(Error::OtherAccount {
                identity: found.identity(),
                found: account,
                wanted: wanted.id.clone(),
                by: wanted.by.clone(),
            }),
            _ => Ok(found),
        }
    }

    /// The same without a look at the account.
    fn unguarded(&self) -> Option<Result<Credentials, Error>> {
        match (&self.plan.source, self.plan.hops.as_slice()) {
            (Source::Environment, []) => Some(self.checked(0, self.environment())),
            (Source::StaticKeys { profile }, []) => {
                Some(self.checked(0, self.static_keys(profile)))
            }
            (_, hops) => self.kept(hops.len()).map(Ok),
        }
    }

    /// Resolves the whole plan. Fails if the source or one of the roles gives no credentials, or if they are of
    /// another account than the one that is wanted.
    pub(crate) async fn resolve(&self) -> Result<Credentials, Error> {
        let found = self.walk().await?;
        let account = match (&self.wanted, found.account()) {
            (Some(_), None) => {
                let sts = self.prepared_sts()?;
                Some(sts.account(&found).await.map_err(Box::new)?)
            }
            (_, account) => account,
        };
        self.guarded(found, account)
    }

    async fn walk(&self) -> Result<Credentials, Error> {
        self.notices.trace(|| format!("credentials: {}", self.plan));
        let depth = self.plan.hops.len();
        let started = Instant::now();
        if let Some(at_hand) = self.unguarded() {
            return at_hand.inspect(|found| self.note(depth, started, found));
        }
        let sts = self.sts()?;
        let (Some(cache), Some((key, what))) = (&self.cache, self.key(self.lock_depth())) else {
            return self.session(sts.as_ref(), depth).await;
        };
        let mut lock = cache.lock(&key, &what).await;
        // Whoever had the lock before may have asked for this very session; or was refused it, and then
        // this one would be too. Another plan's refusal says nothing here.
        if let Some(kept) = self.kept(depth) {
            self.note(depth, started, &kept);
            return Ok(kept);
        }
        if let Some(why) = lock.failure(&self.plan.to_string()) {
            return Err(Error::FailedElsewhere { why });
        }
        let asked = self.session(sts.as_ref(), depth).await;
        if let Err(error @ Error::Sts(_)) = &asked {
            let stamp = self.target.world.now().unix_timestamp_nanos();
            lock.failed(stamp, &self.plan.to_string(), &error.to_string());
        }
        asked
    }

    /// The session for which one process at a time asks: that of the first role that wants a code of the person,
    /// else the last one. Never more than one a run: two could wait for each other.
    fn lock_depth(&self) -> usize {
        let wants_code = |hop: &RoleHop| hop.mfa_serial.is_some();
        let first = self.plan.hops.iter().position(wants_code);
        first.map_or(self.plan.hops.len(), |above| above + 1)
    }

    /// The same, for a program that has no async runtime of its own. Fails as [`Resolver::resolve`]; and
    /// if no runtime can be started.
    pub(crate) fn resolve_blocking(&self) -> Result<Credentials, Error> {
        if let Some(at_hand) = self.at_hand() {
            return at_hand;
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Error::Runtime)?.block_on(self.resolve())
    }

    /// Says whether credentials that the git host refused are worth a new session: those that were kept on disk may
    /// have been revoked, fresh ones would be refused again. A person is not asked for another MFA code on such a
    /// guess. The file stays until a new session takes its place.
    pub(crate) fn pass_over(&self, refused: &Credentials) -> bool {
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
    pub(crate) fn forget_key(&self, access_key_id: &str) {
        if let (Some(cache), Some((key, _))) = (&self.cache, self.key(self.plan.hops.len())) {
            cache.forget(&key, access_key_id);
        }
    }

    /// The session after `depth` roles of the plan; 0 is the source. A session that is kept is where the walk
    /// begins: the highest one on the way.
    async fn session(&self, sts: Option<&Sts<'a>>, depth: usize) -> Result<Credentials, Error> {
        let (mut at, mut keys) = self.start(sts, depth).await?;
        while at < depth {
            // Only a plan without STS has no role.
            let (Some(sts), Some(hop)) = (sts, self.plan.hops.get(at)) else {
                return Err(Error::Incomplete("the role".into()));
            };
            match self.assume(sts, hop, &keys, at + 1).await {
                Ok(session) => {
                    at += 1;
                    keys = session;
                }
                // A kept session on the way may have been revoked: it is not used again in this run.
                Err(Error::Sts(error)) if keys.origin == Origin::Cache && error.blames_caller() => {
                    if let Some(cache) = &self.cache {
                        cache.pass_over(&keys.access_key_id);
                    }
                    (at, keys) = self.start(Some(sts), at).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    /// The highest session that is kept, up to `depth`, else the keys of the source; and
    /// how many roles lie before it.
    async fn start(
        &self,
        sts: Option<&Sts<'a>>,
        depth: usize,
    ) -> Result<(usize, Credentials), Error> {
        let started = Instant::now();
        for at in (0..=depth).rev() {
            if let Some(kept) = self.kept(at) {
                self.note(at, started, &kept);
                return Ok((at, kept));
            }
        }
        let keys = self.checked(0, self.first_keys(sts).await)?;
        self.note(0, started, &keys);
        self.keep(0, &keys);
        Ok((0, keys))
    }

    /// Assumes one role, asks for its MFA code if it wants one, and keeps the session.
    async fn assume(
        &self,
        sts: &Sts<'a>,
        hop: &RoleHop,
        caller: &Credentials,
        depth: usize,
    ) -> Result<Credentials, Error> {
        let code = match &hop.mfa_serial {
            Some(serial) => Some(mfa::ask(self.target.world, serial)?),
            None => None,
        };
        let started = Instant::now();
        let session = sts.assume(hop, caller, code).await.map_err(Box::new);
        let session = self.checked(depth, session.map_err(Error::from))?;
        self.note(depth, started, &session);
        self.keep(depth, &session);
        Ok(session)
    }

    /// Refuses keys that cannot work where they come from, before they are used or cached.
    fn checked(
        &self,
        depth: usize,
        found: Result<Credentials, Error>,
    ) -> Result<Credentials, Error> {
        let found = found?;
        match found.check(self.target.world.now()) {
            Ok(()) => Ok(found),
            Err(problem) => Err(Error::Unusable {
                from: match depth
                    .checked_sub(1)
                    .and_then(|above| self.plan.hops.get(above))
                {
                    Some(hop) => format!("session of role {}", hop.role_arn),
                    None => self.plan.source.to_string(),
                },
                problem,
            }),
        }
    }

    fn keep(&self, depth: usize, session: &Credentials) {
        if let (Some(cache), Some((key, _))) = (&self.cache, self.key(depth)) {
            cache.write(&key, session, self.kind(depth));
        }
    }

    /// Notes a step, for `git codecommit doctor`.
    fn note(&self, depth: usize, started: Instant, credentials: &Credentials) {
        let step = Step::new(depth, started.elapsed(), credentials);
        self.taken.borrow_mut().push(step);
    }

    async fn first_keys(&self, sts: Option<&Sts<'a>>) -> Result<Credentials, Error> {
        match &self.plan.source {
            Source::Container => Ok(container::fetch(self.target.world, self.http).await?),
            Source::InstanceMetadata { last_resort } => {
                instance_metadata::fetch(self.target.settings(), self.http, last_resort.as_ref())
                    .await
            }
            Source::Environment => self.environment(),
            Source::StaticKeys { profile } => self.static_keys(profile),
            Source::Process { profile, command } => Ok(process::run(profile, command).await?),
            Source::SingleSignOn(sso) => {
                sdk::single_sign_on(self.http, self.target.settings(), sso).await
            }
            Source::Login { profile, session } => {
                let (region, _) = self.target.sts_region()?;
                sdk::login(self.http, self.target.settings(), profile, session, &region).await
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

    /// The name under which the session after `depth` roles is kept, and the session in words. As in botocore, a
    /// source is kept only if its keys are used as they are.
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
}
