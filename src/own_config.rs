//! The `codecommit.*` keys of git's configuration.
//!
//! | key | decides |
//! |---|---|
//! | `codecommit.profile` | the AWS profile, where neither the address nor `--profile` names one |
//! | `codecommit.account` | the account that the credentials must be of, where the address names none |
//! | `codecommit.endpoint` | `host[:port]` of the git host, such as a VPC endpoint's |
//! | `codecommit.stsRegion` | the region of STS |
//! | `codecommit.cache` | `false`: sessions are not cached on disk |
//! | `codecommit.transport` | `git`: git's own `remote-https` does the requests |
//!
//! Each may be scoped by the beginning of an address, as `http.<url>.*` is:
//! `codecommit.codecommit::eu-west-1://.profile`, `codecommit.https://git-codecommit.….profile`. The longest
//! beginning that fits wins, and any that fits beats the key without one.

use crate::address::Address;
use crate::aws::RepositoryName;
use crate::aws::iam::AccountId;
use crate::aws::{Host, Region};
use crate::git::config::{self, Value};
use crate::profile::ProfileName;
use crate::world::World;

/// The keys as they hold for one repository. Git is asked when the first key is looked up.
pub(crate) struct OwnConfig<'a> {
    world: &'a World,
    /// Every way to write the repository's address.
    names: Vec<String>,
}

/// A value, and the key it stands under.
pub(crate) struct Found {
    pub(crate) value: String,
    pub(crate) key: String,
}

/// Who sends the requests of `codecommit:` addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// This program.
    Native,
    /// Git's own `remote-https`.
    Git,
}

impl<'a> OwnConfig<'a> {
    /// For an address of the remote helper.
    pub(crate) fn of_address(world: &'a World, address: &Address) -> Self {
        let repository = &address.repository;
        let mut names = vec![format!("codecommit://{repository}")];
        let account = address.account.as_ref();
        names.extend(account.map(|account| format!("codecommit://{account}/{repository}")));
        if let Some(region) = &address.region {
            names.push(format!("codecommit::{region}://{repository}"));
            let account =
                account.map(|account| format!("codecommit::{region}://{account}/{repository}"));
            names.extend(account);
            let host = match &address.host {
                Some(host) => host.clone(),
                None => Host::regional(region, false),
            };
            names.push(url(host.name(), repository));
        }
        Self { world, names }
    }

    /// For an https URL; `region` is its host's.
    pub(crate) fn of_url(
        world: &'a World,
        host: &str,
        path: &str,
        region: Option<&Region>,
    ) -> Self {
        let mut names = vec![format!("https://{host}{path}")];
        let repository = path.strip_prefix("/v1/repos/").unwrap_or_default();
        if !repository.is_empty() {
            names.push(format!("codecommit://{repository}"));
        }
        if let (Some(region), false) = (region, repository.is_empty()) {
            names.push(format!("codecommit::{region}://{repository}"));
        }
        Self { world, names }
    }

    /// For every repository of a region.
    pub(crate) fn of_region(world: &'a World, region: &Region) -> Self {
        let host = Host::regional(region, false);
        let names = vec![
            format!("codecommit::{region}://"),
            format!("https://{}/v1/repos/", host.name()),
        ];
        Self { world, names }
    }

    /// For no repository in particular: only keys without a beginning of an address count.
    pub(crate) fn of_nothing(world: &'a World) -> Self {
        let names = Vec::new();
        Self { world, names }
    }

    /// `codecommit.<name>`, scoped or not. Fails if git's configuration cannot be read, or the value is not UTF-8.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Found>, config::Error> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        let text = value.text()?;
        Ok((!text.trim().is_empty()).then(|| Found {
            value: text.to_owned(),
            key: value.key(),
        }))
    }

    /// The same, of a key that is true or false.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, config::Error> {
        self.value(name)?.map(|value| value.boolean()).transpose()
    }

    /// `codecommit.profile`, and the key it stands under.
    pub(crate) fn profile(&self) -> Result<Option<(ProfileName, String)>, config::Error> {
        let Some(value) = self.value("profile")? else {
            return Ok(None);
        };
        let name = ProfileName::parse(value.text()?).ok();
        Ok(name.map(|name| (name, value.key())))
    }

    /// `codecommit.account`, and the key it stands under.
    pub(crate) fn account(&self) -> Result<Option<(AccountId, String)>, config::Error> {
        let Some(found) = self.text("account")? else {
            return Ok(None);
        };
        match AccountId::parse(&found.value) {
            Some(account) => Ok(Some((account, found.key))),
            None => Err(config::Error::Value {
                key: found.key,
                expected: "an account ID of 12 digits",
            }),
        }
    }

    /// `codecommit.transport`. Fails if it is neither `git` nor `native`.
    pub(crate) fn transport(&self) -> Result<Transport, config::Error> {
        match self.text("transport")? {
            None => Ok(Transport::Native),
            Some(found) => match found.value.as_str() {
                "git" => Ok(Transport::Git),
                "native" => Ok(Transport::Native),
                _ => Err(config::Error::Value {
                    key: found.key,
                    expected: "git or native",
                }),
            },
        }
    }

    fn value(&self, name: &str) -> Result<Option<Value<'_>>, config::Error> {
        let config = self.world.git_config()?;
        let mut best: Option<(usize, Value<'_>)> = None;
        for (prefix, value) in config.scoped("codecommit", name) {
            let fits = self.names.iter().any(|n| begins_with(n.as_bytes(), prefix));
            // Of two that fit equally well, the later one, as everywhere in git.
            if fits
                && best
                    .as_ref()
                    .is_none_or(|(length, _)| prefix.len() >= *length)
            {
                best = Some((prefix.len(), value));
            }
        }
        match best {
            Some((_, value)) => Ok(Some(value)),
            None => Ok(config.value(&format!("codecommit.{name}"))),
        }
    }
}

/// Whether an address begins with a prefix, up to the end of a part.
fn begins_with(address: &[u8], prefix: &[u8]) -> bool {
    match address.strip_prefix(prefix) {
        Some(rest) => rest.is_empty() || prefix.ends_with(b"/") || rest.starts_with(b"/"),
        None => false,
    }
}

fn url(host: &str, repository: &RepositoryName) -> String {
    format!("https://{host}/v1/repos/{repository}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The profile that a configuration chooses for an address.
    fn profile(config: &[(&str, &str)], address: &str) -> Option<String> {
        let list: String = config
            .iter()
            .map(|(key, value)| format!("{key}\n{value}\0"))
            .collect();
        let world = World::of(&[]).with_git_config(&list);
        let address = Address::parse(address).unwrap();
        let found = OwnConfig::of_address(&world, &address).profile().unwrap();
        found.map(|(name, _key)| name.as_str().to_owned())
    }

    #[test]
    fn the_longest_beginning_that_fits_wins() {
        let config = [
            ("codecommit.codecommit::eu-west-1://R.profile", "exact"),
            ("codecommit.codecommit::eu-west-1://.profile", "region"),
            ("codecommit.codecommit://R.profile", "anywhere"),
            ("codecommit.profile", "all"),
        ];
        for (address, expected) in [
            ("eu-west-1://R", "exact"),
            ("eu-west-1://R2", "region"),
            (
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/R",
                "exact",
            ),
            ("us-east-1://R", "anywhere"),
            ("codecommit://R", "anywhere"),
            ("us-east-1://S", "all"),
        ] {
            assert_eq!(
                profile(&config, address).as_deref(),
                Some(expected),
                "{address}"
            );
        }
        assert_eq!(profile(&config[..3], "us-east-1://S"), None);
    }

    #[test]
    fn an_https_beginning_fits_both_kinds_of_address() {
        let key = "codecommit.https://git-codecommit.eu-west-1.amazonaws.com/v1/repos.profile";
        let config = [(key, "p")];
        assert_eq!(profile(&config, "eu-west-1://R").as_deref(), Some("p"));
        let world = World::of(&[]).with_git_config(&format!("{key}\np\0"));
        let host = Host::recognise("git-codecommit.eu-west-1.amazonaws.com").unwrap();
        let own = OwnConfig::of_url(&world, host.name(), "/v1/repos/R", Some(host.region()));
        assert_eq!(own.profile().unwrap().unwrap().1, key);
        assert_eq!(profile(&config, "us-east-1://R"), None);
    }

    #[test]
    fn a_blank_value_counts_as_absent() {
        for value in ["", " ", "\t"] {
            let world = World::of(&[]).with_git_config(&format!(
                "codecommit.profile\n{value}\0codecommit.endpoint\n{value}\0"
            ));
            let address = Address::parse("eu-west-1://R").unwrap();
            let own = OwnConfig::of_address(&world, &address);
            assert!(own.profile().unwrap().is_none());
            assert!(own.text("endpoint").unwrap().is_none());
        }
    }
}
