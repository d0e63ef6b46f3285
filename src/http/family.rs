//! Which IP addresses may be used: `-4` and `-6`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be used: git's `-4` and `-6`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    #[default]
    Any,
    V4,
    V6,
}

impl Family {
    /// The address to start from: sockets of one family reach only addresses of the same.
    pub(super) fn any_address(self) -> Option<IpAddr> {
        match self {
            Self::Any => None,
            Self::V4 => Some(Ipv4Addr::UNSPECIFIED.into()),
            Self::V6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        }
    }
}
