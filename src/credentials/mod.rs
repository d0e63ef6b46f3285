//! From a plan to credentials: one snapshot a run, resolved once.

mod assume_role;
mod container;
mod instance_metadata;

use time::OffsetDateTime;

use assume_role::Sts;

use crate::endpoint::{self, Region};
use crate::http::{self, Http};
use crate::message::Messages;
use crate::profile::{Choice, Plan, Profiles, Source};
use crate::secret::{self, Secret};
use crate::world::{World, variable};

/// Key id, secret, token and expiry of one identity: they travel together or not at all.
///
/// (git-remote-codecommit issue 7 is what happens otherwise: the parts of five different keys.)
#[derive(Debug)]
pub struct Credentials {
    /// The access key's id, which is not secret.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// When temporary credentials end.
    pub expires_at: Option<OffsetDateTime>,
    /// Who they belong to, an ARN, where the source says so. For messages.
    pub principal: Option<String>,
}

impl Credentials {
    /// Takes these credentials' secrets out of a text that came from outside.
    fn scrubbed(&self, text: &str) -> String {
        let token = self.session_token.as_ref().map_or("", Secret::expose);
        secret::scrubbed(text, &[token, self.secret_access_key.expose()])
    }
}

/// Why the plan's credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan names a key that has gone from the file or the environment since.
    #[error("the access key of {0} is incomplete")]
    Incomplete(String),
    /// The container credentials endpoint failed.
    #[error(transparent)]
    Container(#[from] container::Error),
    /// AssumeRole failed.
    #[error(transparent)]
    AssumeRole(#[from] Box<assume_role::Error>),
    /// The instance metadata service gave no credentials.
    #[error("the EC2 instance metadata service gave no credentials: {0}")]
    InstanceMetadata(String),
    /// Nothing is configured, and the instance metadata service, the last resort, has nothing.
    #[error(
        "no AWS credentials are configured for profile {profile:?}, and there is no EC2 instance \
         metadata service that has any ({cause})"
    )]
    Nowhere {
        /// The profile.
        profile: String,
        /// The SDK's reason.
        cause: String,
    },
    /// The network client could not be set up.
    #[error(transparent)]
    Http(#[from] http::Error),
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Incomplete(_) => vec!["give both the key id and the secret".into()],
            Self::Container(error) => error.hints(),
            Self::AssumeRole(error) => error.hints(),
            Self::Nowhere { profile, .. } => crate::profile::Error::NoCredentials {
                profile: profile.clone(),
            }
            .hints(),
            Self::InstanceMetadata(_) => vec![
                "attach an instance profile; in a container, raise the hop limit of IMDSv2 to 2"
                    .into(),
            ],
            Self::Http(error) => error.hints(),
        }
    }
}

/// What resolving needs beside the plan: the surroundings, the config files, the network.
pub struct Resolver<'a> {
    world: &'a World,
    profiles: &'a Profiles,
    http: Http<'a>,
    sts_region: Region,
    messages: &'a Messages,
}

impl<'a> Resolver<'a> {
    /// Gathers it for a plan; opens nothing yet. `repository` is the repository's region.
    ///
    /// # Errors
    /// If the plan has a role to assume, and the setting that decides the region of STS holds none.
    pub(crate) fn new(
        world: &'a World,
        messages: &'a Messages,
        profiles: &'a Profiles,
        choice: &Choice,
        plan: &Plan,
        repository: &Region,
    ) -> Result<Self, endpoint::Error> {
        let sts_region = match plan.hops.as_slice() {
            [] => repository.clone(),
            _ => {
                let in_profile = profiles.setting(&choice.name, "region");
                endpoint::of_sts(world, in_profile, &choice.in_words(), repository)?
            }
        };
        for warning in profiles.unused_settings(&choice.name) {
            messages.warning(&warning);
        }
        Ok(Self {
            world,
            profiles,
            http: Http::new(world),
            sts_region,
            messages,
        })
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

    /// The credentials of a plan that needs no network, and so no async runtime; none if it does.
    pub fn at_hand(&self, plan: &Plan) -> Option<Result<Credentials, Error>> {
        match (&plan.source, plan.hops.as_slice()) {
            (Source::Environment, []) => Some(self.environment()),
            (Source::StaticKeys { profile }, []) => Some(self.static_keys(profile)),
            _ => None,
        }
    }

    /// Resolves the whole plan.
    ///
    /// # Errors
    /// If the source or one of the roles gives no credentials.
    pub async fn resolve(&self, plan: &Plan) -> Result<Credentials, Error> {
        self.messages
            .trace(|| format!("credentials: {}", plan.in_words()));
        let assume = match plan.hops.as_slice() {
            [] => None,
            _ => Some(Sts::prepare(self)?),
        };
        let mut credentials = match &plan.source {
            Source::Container => container::fetch(self.world, &self.http).await?,
            Source::InstanceMetadata { last_resort } => {
                instance_metadata::fetch(self.world, &self.http, last_resort.as_deref()).await?
            }
            Source::Environment => self.environment()?,
            Source::StaticKeys { profile } => self.static_keys(profile)?,
        };
        if let Some(sts) = assume {
            for hop in &plan.hops {
                credentials = sts.assume(hop, &credentials).await?;
            }
        }
        Ok(credentials)
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
        })
    }
}
