//! The environment's proxy, by curl's rules: the lower-case variable wins.

use reqwest::{NoProxy, Proxy};

use super::Error;
use crate::world::{World, variable};

/// The proxy for https URLs, if any is set. User and password stand in its URL.
///
/// # Errors
/// If the variable's value is not a URL.
pub(super) fn from_environment(world: &World) -> Result<Option<Proxy>, Error> {
    let Some((name, url)) = variable::HTTPS_PROXY
        .into_iter()
        .find_map(|name| Some((name, world.variable(name)?)))
    else {
        return Ok(None);
    };
    // The library's error repeats the URL, password included: it is dropped here.
    let proxy = Proxy::https(&url).map_err(|_| Error::Proxy { variable: name })?;
    let exceptions = world
        .first_variable(&variable::NO_PROXY)
        .and_then(|hosts| NoProxy::from_string(&hosts));
    Ok(Some(proxy.no_proxy(exceptions)))
}
