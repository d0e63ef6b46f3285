//! Where STS is: always a regional endpoint, or one of the person's own.
//!
//! Order: `AWS_ENDPOINT_URL_STS` > `AWS_ENDPOINT_URL` > the `[services]` section of the profile >
//! its `endpoint_url` (botocore's `ConfiguredEndpointProvider`).

use url::Url;

use super::error::Error;
use crate::aws::Region;
use crate::profile::{Found, Settings};
use crate::world::variable;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) region: Region,
    /// `host[:port]`, for messages.
    pub(super) host: String,
    /// An endpoint of the person's own.
    pub(super) url: Option<Url>,
    pub(super) use_fips: bool,
    pub(super) use_dual_stack: bool,
}

impl Endpoint {
    pub(super) fn settle(settings: Settings<'_>, region: Region) -> Result<Self, Error> {
        let fips = settings.find(variable::AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
        let fips = fips.filter(|found| found.value.eq_ignore_ascii_case("true"));
        let dual_stack = settings.find(
            variable::AWS_USE_DUALSTACK_ENDPOINT,
            "use_dualstack_endpoint",
        );
        let dual_stack = dual_stack.filter(|found| found.value.eq_ignore_ascii_case("true"));
        let own = override_url(settings)?;
        if let (Some((own, _)), Some(other)) = (&own, fips.as_ref().or(dual_stack.as_ref())) {
            return Err(Error::Contradiction {
                one: own.from.clone(),
                other: other.from.clone(),
            });
        }
        let (use_fips, use_dual_stack) = (fips.is_some(), dual_stack.is_some());
        Ok(Self {
            host: match &own {
                Some((_, url)) => url.authority().to_owned(),
                None => region.sts_host(use_fips, use_dual_stack),
            },
            url: own.map(|(_, url)| url),
            region,
            use_fips,
            use_dual_stack,
        })
    }
}

/// An endpoint of the person's own, https only: the answer carries keys.
fn override_url(settings: Settings<'_>) -> Result<Option<(Found, Url)>, Error> {
    if settings.is_true(
        variable::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
        "ignore_configured_endpoint_urls",
    ) {
        return Ok(None);
    }
    let found = settings
        .variable(variable::AWS_ENDPOINT_URL_STS)
        .or_else(|| settings.variable(variable::AWS_ENDPOINT_URL));
    let found = match found {
        Some(found) => Some(found),
        None => settings
            .of_services("sts.endpoint_url")
            .map_err(|named| Error::NoServices {
                name: named.value,
                from: named.from,
            })?
            .or_else(|| settings.of_profile("endpoint_url")),
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let from = found.from.clone();
    let url = Url::parse(&found.value).map_err(|_| Error::EndpointUrl { from: from.clone() })?;
    // A password in it would stand in messages; AWS has no use for one.
    let has_user = !url.username().is_empty() || url.password().is_some();
    if url.scheme() != "https" || url.host().is_none() || has_user {
        return Err(Error::EndpointUrl { from });
    }
    Ok(Some((found, url)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profiles;
    use crate::world::World;

    /// The host, or the error, for an environment and the text of the config file.
    fn host(environment: &[(&str, &str)], config: &str, region: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let path = file.path().to_str().unwrap();
        let mut all = vec![(variable::AWS_CONFIG_FILE, path)];
        all.extend_from_slice(environment);
        let world = World::of(&all);
        let profiles = Profiles::load(&world).unwrap();
        let settings = Settings::new(&world, &profiles, "p");
        Endpoint::settle(settings, Region::parse(region).unwrap())
            .map_or_else(|error| error.to_string(), |endpoint| endpoint.host)
            .replace(path, "config")
    }

    #[test]
    fn the_regional_endpoint_is_that_of_the_partition() {
        let fips = [(variable::AWS_USE_FIPS_ENDPOINT, "true")];
        let dual = [(variable::AWS_USE_DUALSTACK_ENDPOINT, "True")];
        for (environment, region, expected) in [
            (&[][..], "eu-west-1", "sts.eu-west-1.amazonaws.com"),
            (&[], "cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
            (&fips, "us-east-1", "sts-fips.us-east-1.amazonaws.com"),
            (&fips, "us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
            (&dual, "eu-west-1", "sts.eu-west-1.api.aws"),
            (
                &dual,
                "cn-north-1",
                "sts.cn-north-1.api.amazonwebservices.com.cn",
            ),
        ] {
            assert_eq!(host(environment, "", region), expected);
        }
        let profile = "[profile p]\nuse_fips_endpoint = true\n";
        assert_eq!(
            host(&[], profile, "us-east-1"),
            "sts-fips.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn an_endpoint_of_ones_own_is_taken_in_botocores_order() {
        let config = "[profile p]\nservices = s\nendpoint_url = https://d/\n\
                      [services s]\nsts =\n  endpoint_url = https://c/\n";
        let all = [
            (variable::AWS_ENDPOINT_URL_STS, "https://a:444/"),
            (variable::AWS_ENDPOINT_URL, "https://b/"),
        ];
        assert_eq!(host(&all, config, "eu-west-1"), "a:444");
        assert_eq!(host(&all[1..], config, "eu-west-1"), "b");
        assert_eq!(host(&[], config, "eu-west-1"), "c");
        let without_service = config.replace("sts =", "s3 =");
        assert_eq!(host(&[], &without_service, "eu-west-1"), "d");
        let ignored = [
            all[0],
            (variable::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, "true"),
        ];
        assert_eq!(
            host(&ignored, config, "eu-west-1"),
            "sts.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            host(&[], "[profile p]\nservices = x\n", "eu-west-1"),
            "services (config:2) names [services x], which does not exist"
        );
    }

    #[test]
    fn an_sts_endpoint_without_encryption_or_with_a_password_is_refused() {
        for url in [
            "http://localhost:1",
            "sts.example",
            "https://u:hunter2@h/",
            "https://",
        ] {
            let said = host(&[(variable::AWS_ENDPOINT_URL_STS, url)], "", "eu-west-1");
            assert_eq!(
                said,
                "AWS_ENDPOINT_URL_STS is not an https URL without user name and password"
            );
        }
        let both = [
            (variable::AWS_ENDPOINT_URL, "https://a/"),
            (variable::AWS_USE_FIPS_ENDPOINT, "true"),
        ];
        assert_eq!(
            host(&both, "", "us-east-1"),
            "AWS_ENDPOINT_URL and AWS_USE_FIPS_ENDPOINT are both set: only one of them can choose the STS host"
        );
    }
}
