//! What an address leads to: the profile it uses, and the repository's endpoint.

use crate::address::Address;
use crate::endpoint::{self, Endpoint};
use crate::error::Error;
use crate::message::Messages;
use crate::profile::{Choice, Profiles};
use crate::world::World;

/// An address, settled as far as that goes without a request.
pub(crate) struct Target {
    /// Both AWS files.
    pub(crate) profiles: Profiles,
    /// The profile of this run.
    pub(crate) choice: Choice,
    /// The repository.
    pub(crate) endpoint: Endpoint,
}

impl Target {
    /// Reads the address and the AWS files, and settles profile, region and host.
    pub(crate) fn resolve(
        world: &World,
        messages: &Messages,
        address: &str,
    ) -> Result<Self, Error> {
        let address = Address::parse(address)?;
        if address.has_more {
            messages.warning(&format!(
                "what stands behind repository {} in the address is ignored",
                address.repository
            ));
        }
        let profiles = Profiles::load(world)?;
        let named = address.profile.as_ref().map(|name| (name, "the address"));
        let choice = profiles.choose(world, named)?;
        let region = endpoint::of_repository(
            world,
            address.region.as_ref(),
            profiles.setting(&choice.name, "region"),
            &choice.in_words(),
            address.repository.as_str(),
        )?;
        for warning in &region.warnings {
            messages.warning(warning);
        }
        let endpoint = Endpoint::resolve(world, &address, region.region)?;
        Ok(Self {
            profiles,
            choice,
            endpoint,
        })
    }
}
