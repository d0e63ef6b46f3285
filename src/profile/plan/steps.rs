//! A plan: what gives the first keys, and the roles after that.

use std::fmt;

/// How credentials will be had. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Where the first keys come from.
    pub(crate) source: Source,
    /// Which setting decided that: a variable, or a key with its `path:line`.
    pub(crate) decided_by: String,
    /// The roles to assume after that, the first one first.
    pub(crate) hops: Vec<RoleHop>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Environment,
    /// The access key of a profile.
    StaticKeys {
        profile: String,
    },
    /// The container credentials endpoint (ECS, SageMaker Studio, EKS Pod Identity).
    Container,
    InstanceMetadata {
        /// The profile, where the service is tried because nothing else is configured.
        last_resort: Option<LastResort>,
    },
    /// A role, for the token in a file (IRSA, CI systems).
    WebIdentity(WebIdentity),
    /// IAM Identity Center, after `aws sso login`.
    SingleSignOn(SingleSignOn),
    /// A console session, after `aws login`.
    Login {
        profile: String,
        /// `login_session`: the ARN that `aws login` noted.
        session: String,
    },
    /// `credential_process`: a program of the person's own.
    Process {
        profile: String,
        command: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    pub(crate) role_arn: String,
    /// The session's name, where one is set.
    pub(crate) session_name: Option<String>,
    /// The file with the token, read anew each time.
    pub(crate) token_file: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SingleSignOn {
    /// The profile, for "aws sso login --profile".
    pub(crate) profile: String,
    /// `sso_session`, where the profile names one.
    pub(crate) session: Option<String>,
    pub(crate) start_url: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) role_name: String,
}

/// A profile for which nothing is configured that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LastResort {
    pub(crate) profile: String,
    /// What is set, but does not count, a line each.
    pub(crate) ignored: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleHop {
    /// The profile that asks for it, in words.
    pub(crate) asked_by: String,
    /// `path:line` of its `role_arn`, or the option.
    pub(crate) at: String,
    pub(crate) role_arn: String,
    pub(crate) session_name: Option<String>,
    pub(crate) external_id: Option<String>,
    /// `mfa_serial`, where set: a code is then asked of the person.
    pub(crate) mfa_serial: Option<String>,
    /// `duration_seconds`, where set: the session's length in seconds.
    pub(crate) duration_seconds: Option<i32>,
}

impl Plan {
    /// Adds a role that an option asks for, unless the plan ends with it already.
    #[must_use]
    pub(crate) fn then_role(mut self, role_arn: &str, option: &str) -> Self {
        if self.hops.last().is_none_or(|hop| hop.role_arn != role_arn) {
            self.hops.push(RoleHop {
                asked_by: option.to_owned(),
                at: option.to_owned(),
                role_arn: role_arn.to_owned(),
                session_name: None,
                external_id: None,
                mfa_serial: None,
                duration_seconds: None,
            });
        }
        self
    }

    /// The plan step by step, each with the setting that decided it: for `git codecommit doctor`.
    #[must_use]
    pub(crate) fn steps(&self) -> Vec<String> {
        let source = format!("{}: {}", self.source, self.decided_by);
        let hops = self.hops.iter().map(|hop| {
            let mut step = format!("AssumeRole {} ({})", hop.role_arn, hop.at);
            for (name, value) in [
                ("session name", hop.session_name.as_deref()),
                ("external id", hop.external_id.as_deref()),
                ("MFA device", hop.mfa_serial.as_deref()),
            ] {
                if let Some(value) = value {
                    step.push_str(&format!(", {name} {value}"));
                }
            }
            if let Some(seconds) = hop.duration_seconds {
                step.push_str(&format!(", for {seconds} seconds"));
            }
            step
        });
        std::iter::once(source).chain(hops).collect()
    }
}

/// The source, then the roles: for the trace.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)?;
        for hop in &self.hops {
            write!(f, ", then role {} ({})", hop.role_arn, hop.at)?;
        }
        Ok(())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment keys"),
            Self::StaticKeys { profile } => write!(f, "keys of profile {profile:?}"),
            Self::Container => f.write_str("container credentials"),
            Self::InstanceMetadata { .. } => f.write_str("instance metadata"),
            Self::WebIdentity(identity) => write!(
                f,
                "role {} for the web identity token in {}",
                identity.role_arn, identity.token_file
            ),
            Self::SingleSignOn(sso) => write!(
                f,
                "IAM Identity Center role {} in account {}",
                sso.role_name, sso.account_id
            ),
            Self::Login { session, .. } => write!(f, "aws login session {session}"),
            // The command line stays out: people put secrets there.
            Self::Process { profile, .. } => write!(f, "credential_process of profile {profile:?}"),
        }
    }
}

/// A source, and the setting that decided for it.
pub(super) struct Decided {
    pub(super) source: Source,
    pub(super) by: String,
}

impl Decided {
    pub(super) fn new(source: Source, by: impl Into<String>) -> Self {
        Self {
            source,
            by: by.into(),
        }
    }

    /// A plan whose first keys are used as they are.
    pub(super) fn alone(self) -> Plan {
        self.with(Vec::new())
    }

    pub(super) fn with(self, hops: Vec<RoleHop>) -> Plan {
        Plan {
            source: self.source,
            decided_by: self.by,
            hops,
        }
    }
}
