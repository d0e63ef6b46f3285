//! Keys that stand somewhere: in the environment, in a file.

use super::Resolver;
use crate::aws::iam::AccountId;
use crate::aws::{Credentials, Origin};
use crate::credentials::error::Error;
use crate::credentials::instant::instant;
use crate::secret::Secret;
use crate::world::variable;

impl Resolver<'_> {
    pub(super) fn environment(&self) -> Result<Credentials, Error> {
        let world = self.target.world;
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
            expires_at: world
                .variable(variable::AWS_CREDENTIAL_EXPIRATION)
                .and_then(|text| instant(&text)),
            principal: None,
            account: world
                .variable(variable::AWS_ACCOUNT_ID)
                .and_then(|text| AccountId::parse(&text)),
            origin: Origin::Fresh,
        })
    }

    pub(super) fn static_keys(&self, name: &str) -> Result<Credentials, Error> {
        let incomplete = || Error::Incomplete(format!("profile {name:?}"));
        let profile = self.target.profiles.profile(name).ok_or_else(incomplete)?;
        let keys = profile.keys().ok_or_else(incomplete)?;
        let copy = |secret: Option<&Secret>| secret.map(|s| Secret::new(s.expose().to_owned()));
        Ok(Credentials {
            access_key_id: keys.id().ok_or_else(incomplete)?.value.clone(),
            secret_access_key: copy(keys.secret()).ok_or_else(incomplete)?,
            session_token: copy(keys.session_token()),
            expires_at: None,
            principal: None,
            account: profile
                .setting("aws_account_id")
                .and_then(|setting| AccountId::parse(&setting.value)),
            origin: Origin::Fresh,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Http;
    use crate::message::Messages;
    use crate::target::{Overrides, Target};
    use crate::world::World;

    #[test]
    fn keys_that_are_not_where_the_plan_has_them_are_named() {
        let world = World::of(&[
            ("AWS_REGION", "eu-west-1"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/"),
        ]);
        let messages = Messages::new("x", &world, std::io::sink());
        let target = Target::without_address(&world, &messages, Overrides::default()).unwrap();
        let http = Http::new(&world, None);
        let resolver = Resolver::new(&target, &http, &messages).unwrap();
        for (keys, named) in [
            (resolver.environment(), "the environment"),
            (resolver.static_keys("p"), "profile \"p\""),
        ] {
            let error = keys.err().unwrap();
            assert_eq!(
                error.to_string(),
                format!("the access key of {named} is incomplete")
            );
        }
    }
}
