//! The repositories that `list` shows and `clone-all` clones.

use tokio::runtime;

use super::session::Session;
use crate::api::{Api, Repository};
use crate::aws::{Credentials, Region};
use crate::credentials::{self, Resolver};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::http::Http;
use crate::profile::ProfileName;
use crate::target::{NamedProfile, Target};

/// Which account and which regions.
#[derive(clap::Args)]
pub(super) struct Selection {
    /// Name of an AWS profile, which the addresses will name
    ///
    /// Without it, the profile is the one that git would use for an address without a profile.
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<ProfileName>,
    /// Region of the repositories [default: the one of the settings]
    #[arg(long = "region", id = "regions", value_name = "REGION", value_parser = region)]
    regions: Vec<Region>,
}

fn profile(text: &str) -> Result<ProfileName, String> {
    ProfileName::parse(text).map_err(|error| error.to_string())
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).map_err(|_| "a region looks like eu-west-1".to_owned())
}

/// A repository, and how git reaches it.
pub(super) struct Found {
    pub(super) region: Region,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) address: String,
    pub(super) url: String,
}

/// What was found, and the exit code of the first region that failed.
pub(super) struct Listing {
    pub(super) found: Vec<Found>,
    pub(super) code: u8,
}

/// Keys, and the profile they are of: whether it was named for this run decides whether the environment's count.
struct Had {
    profile: (String, bool),
    credentials: Credentials,
}

impl Selection {
    pub(super) fn has_several_regions(&self) -> bool {
        self.distinct().len() > 1
    }

    /// Asks each region. Where there are several, one that fails is reported, and the others are asked all the same.
    pub(super) fn listed(&self, session: &Session<'_>) -> Result<Listing, Error> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(credentials::Error::Runtime)?;
        let mut listing = Listing {
            found: Vec::new(),
            code: 0,
        };
        let mut had = Vec::new();
        let regions = self.distinct();
        if regions.len() < 2 {
            let region = regions.first().copied();
            listing.found = runtime.block_on(self.of_region(session, region, &mut had))?;
            return Ok(listing);
        }
        for region in regions {
            match runtime.block_on(self.of_region(session, Some(region), &mut had)) {
                Ok(found) => listing.found.extend(found),
                Err(error) => {
                    session.messages.error(&error);
                    if listing.code == 0 {
                        listing.code = error.exit().code();
                    }
                }
            }
        }
        Ok(listing)
    }

    fn distinct(&self) -> Vec<&Region> {
        let mut distinct: Vec<&Region> = Vec::new();
        for region in &self.regions {
            if !distinct.contains(&region) {
                distinct.push(region);
            }
        }
        distinct
    }

    /// One region. The keys of one profile are fetched once: a person is not asked for an MFA code in every region.
    async fn of_region(
        &self,
        session: &Session<'_>,
        region: Option<&Region>,
        had: &mut Vec<Had>,
    ) -> Result<Vec<Found>, Error> {
        let (world, messages) = (session.world, session.messages);
        let named = self.profile.clone().map(|name| NamedProfile {
            name,
            by: "--profile".to_owned(),
        });
        let target = Target::of_region(world, messages, region, named)?;
        let http = Http::new(world, target.ca_bundle());
        let api = Api::prepare(&target, &http, messages)?;
        let profile = (target.choice.name.clone(), target.choice.explicit);
        let known = had.iter().position(|had| had.profile == profile);
        let known = match known {
            Some(known) => known,
            None => {
                let resolver = Resolver::new(&target, &http, messages)?;
                let credentials = resolver.resolve().await?;
                had.push(Had {
                    profile,
                    credentials,
                });
                had.len() - 1
            }
        };
        let repositories = api.repositories(&had[known].credentials).await?;
        let found = repositories.into_iter();
        Ok(found.map(|found| self.found(&target, found)).collect())
    }

    fn found(&self, target: &Target<'_>, Repository { name, id }: Repository) -> Found {
        let profile = self.profile.as_ref();
        let profile = profile.map_or_else(String::new, |name| format!("{}@", name.in_address()));
        let region = target.region.clone();
        let endpoint = Endpoint::new(target.authority.clone(), region.clone(), name);
        Found {
            name: endpoint.repository().to_string(),
            id,
            address: format!("codecommit::{region}://{profile}{}", endpoint.repository()),
            url: endpoint.url(),
            region,
        }
    }
}
