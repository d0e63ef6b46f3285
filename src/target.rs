//! What an address leads to: the profile it uses, and the repository's endpoint.

use crate::address::{Address, ProfileName};
use crate::endpoint::{self, Endpoint};
use crate::error::Error;
use crate::message::Messages;
use crate::own_config::OwnConfig;
use crate::profile::{Choice, Profiles, Settings};
use crate::world::{World, variable};

/// An address, settled as far as that goes without a request.
pub(crate) struct Target<'a> {
    /// Both AWS files.
    pub(crate) profiles: Profiles,
    /// The profile of this run.
    pub(crate) choice: Choice,
    /// The repository.
    pub(crate) endpoint: Endpoint,
    /// Which setting named its region.
    pub(crate) region_decided_by: String,
    /// Git's `codecommit.*` keys for it.
    pub(crate) own: OwnConfig<'a>,
}

impl<'a> Target<'a> {
    /// Reads the address and the AWS files, and settles profile, region and host.
    pub(crate) fn resolve(
        world: &'a World,
        messages: &Messages,
        address: &str,
    ) -> Result<Self, Error> {
        Self::resolve_as(world, messages, address, None)
    }

    /// The same for a profile that an option names, and the option: it counts before the address's.
    pub(crate) fn resolve_as(
        world: &'a World,
        messages: &Messages,
        address: &str,
        option: Option<(&ProfileName, &str)>,
    ) -> Result<Self, Error> {
        let address = Address::parse(address)?;
        if address.has_more {
            messages.warning(&format!(
                "what stands behind repository {} in the address is ignored",
                address.repository
            ));
        }
        let own = OwnConfig::of_address(world, &address);
        let profiles = Profiles::load(world)?;
        let of_address = address.profile.as_ref().map(|name| (name, "the address"));
        let choice = match option.or(of_address) {
            Some(named) => profiles.choose(world, Some(named))?,
            None => own.choose(world, &profiles)?,
        };
        let fips = Settings::new(world, &profiles, &choice.name)
            .is_true(variable::AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
        let region = endpoint::of_repository(
            world,
            address.region.as_ref(),
            profiles.setting(&choice.name, "region"),
            &choice.in_words(),
            address.repository.as_str(),
            fips,
        )?;
        for warning in &region.warnings {
            messages.warning(warning);
        }
        let configured = own.text("endpoint")?.map(|found| (found.key, found.value));
        let endpoint = Endpoint::resolve(world, configured, &address, region.region, fips)?;
        Ok(Self {
            profiles,
            choice,
            endpoint,
            region_decided_by: region.decided_by,
            own,
        })
    }
}
