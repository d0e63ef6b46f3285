//! Where an AWS service is: always a regional endpoint, or one of the person's own.
//!
//! Order: `AWS_ENDPOINT_URL_<SERVICE>` > `AWS_ENDPOINT_URL` > the `[services]` section of the profile >
//! its `endpoint_url` (botocore's `ConfiguredEndpointProvider`).

use url::Url;

use crate::aws::Region;
use crate::error::{Exit, Explain};
use crate::profile::{Found, Settings};
use crate::world::variable;

/// Why it is not known where a service is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// An endpoint of the person's own is not an https URL, or holds a password.
    #[error("{from} is not an https URL without user name and password")]
    Url {
        from: String,
        /// A host that the service has.
        example: String,
    },
    /// Two settings that choose the host: the SDKs refuse them together.
    #[error("{one} and {other} are both set: only one of them can choose the {service} host")]
    Contradiction {
        one: String,
        other: String,
        service: &'static str,
    },
    /// The profile's `services` names a section that is not there.
    #[error("{from} names [services {name}], which does not exist")]
    NoServices { name: String, from: String },
}

impl Explain for Error {
    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Url { example, .. } => format!("it must look like https://{example}"),
            Self::Contradiction { one, other, .. } => format!("unset {other}, or {one}"),
            Self::NoServices { .. } => "correct the name or add that section".into(),
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Settings
    }
}

/// A service, as its settings and its hosts name it.
pub(crate) struct Service {
    /// For messages.
    name: &'static str,
    variable: &'static str,
    /// In the `[services]` section of a profile.
    key: &'static str,
    /// The host in a region, FIPS or dual-stack or neither.
    host: fn(&Region, bool, bool) -> String,
}

pub(crate) const STS: Service = Service {
    name: "STS",
    variable: variable::AWS_ENDPOINT_URL_STS,
    key: "sts.endpoint_url",
    host: Region::sts_host,
};

pub(crate) const CODECOMMIT: Service = Service {
    name: "CodeCommit",
    variable: variable::AWS_ENDPOINT_URL_CODECOMMIT,
    key: "codecommit.endpoint_url",
    host: Region::codecommit_host,
};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServiceEndpoint {
    pub(crate) region: Region,
    /// `host[:port]`, for messages.
    pub(crate) host: String,
    /// An endpoint of the person's own.
    pub(crate) url: Option<Url>,
    pub(crate) use_fips: bool,
    pub(crate) use_dual_stack: bool,
}

impl ServiceEndpoint {
    /// Settles where a service is in a region. Fails if the settings contradict each other, or name no https URL.
    pub(crate) fn settle(
        service: &Service,
        settings: Settings<'_>,
        region: Region,
    ) -> Result<Self, Error> {
        let fips = settings.find(variable::AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
        let fips = fips.filter(|found| found.value.eq_ignore_ascii_case("true"));
        let dual_stack = settings.find(
            variable::AWS_USE_DUALSTACK_ENDPOINT,
            "use_dualstack_endpoint",
        );
        let dual_stack = dual_stack.filter(|found| found.value.eq_ignore_ascii_case("true"));
        let own = override_url(service, settings, &region)?;
        if let (Some((own, _)), Some(other)) = (&own, fips.as_ref().or(dual_stack.as_ref())) {
            return Err(Error::Contradiction {
                one: own.from.clone(),
                other: other.from.clone(),
                service: service.name,
            });
        }
        let (use_fips, use_dual_stack) = (fips.is_some(), dual_stack.is_some());
        Ok(Self {
            host: match &own {
                Some((_, url)) => url.authority().to_owned(),
                None => (service.host)(&region, use_fips, use_dual_stack),
            },
            url: own.map(|(_, url)| url),
            region,
            use_fips,
            use_dual_stack,
        })
    }
}

/// An endpoint of the person's own, https only: STS answers with keys, and every request has a session's token.
fn override_url(
    service: &Service,
    settings: Settings<'_>,
    region: &Region,
) -> Result<Option<(Found, Url)>, Error> {
    if settings.is_true(
        variable::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
        "ignore_configured_endpoint_urls",
    ) {
        return Ok(None);
    }
    let found = settings
        .variable(service.variable)
        .or_else(|| settings.variable(variable::AWS_ENDPOINT_URL));
    let found = match found {
        Some(found) => Some(found),
        None => settings
            .of_services(service.key)
            .map_err(|named| Error::NoServices {
                name: named.value,
                from: named.from,
            })?
            .or_else(|| settings.of_profile("endpoint_url")),
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let refused = |found: &Found| Error::Url {
        from: found.from.clone(),
        example: (service.host)(region, false, false),
    };
    let url = Url::parse(&found.value).map_err(|_| refused(&found))?;
    // A password in it would stand in messages; AWS has no use for one.
    let has_user = !url.username().is_empty() || url.password().is_some();
    if url.scheme() != "https" || url.host().is_none() || has_user {
        return Err(refused(&found));
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
        host_of(&STS, environment, config, region)
    }

    fn host_of(
        service: &Service,
        environment: &[(&str, &str)],
        config: &str,
        region: &str,
    ) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let path = file.path().to_str().unwrap();
        let mut all = vec![(variable::AWS_CONFIG_FILE, path)];
        all.extend_from_slice(environment);
        let world = World::of(&all);
        let profiles = Profiles::load(&world).unwrap();
        let settings = Settings::new(&world, &profiles, "p");
        ServiceEndpoint::settle(service, settings, Region::parse(region).unwrap())
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
    fn codecommits_endpoint_is_that_of_the_partition() {
        let fips = [(variable::AWS_USE_FIPS_ENDPOINT, "true")];
        let dual = [(variable::AWS_USE_DUALSTACK_ENDPOINT, "true")];
        // Made by botocore 1.43.
        for (environment, region, expected) in [
            (&[][..], "eu-west-1", "codecommit.eu-west-1.amazonaws.com"),
            (&[], "cn-north-1", "codecommit.cn-north-1.amazonaws.com.cn"),
            (
                &[],
                "us-gov-west-1",
                "codecommit.us-gov-west-1.amazonaws.com",
            ),
            (
                &[],
                "eusc-de-east-1",
                "codecommit.eusc-de-east-1.amazonaws.eu",
            ),
            (&[], "us-iso-east-1", "codecommit.us-iso-east-1.c2s.ic.gov"),
            (
                &[],
                "us-isob-east-1",
                "codecommit.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                &[],
                "eu-isoe-west-1",
                "codecommit.eu-isoe-west-1.cloud.adc-e.uk",
            ),
            (
                &[],
                "us-isof-south-1",
                "codecommit.us-isof-south-1.csp.hci.ic.gov",
            ),
            (
                &fips,
                "us-gov-west-1",
                "codecommit-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                &fips,
                "us-east-1",
                "codecommit-fips.us-east-1.amazonaws.com",
            ),
            (&dual, "eu-west-1", "codecommit.eu-west-1.api.aws"),
            (
                &dual,
                "cn-north-1",
                "codecommit.cn-north-1.api.amazonwebservices.com.cn",
            ),
        ] {
            let host = host_of(&CODECOMMIT, environment, "", region);
            assert_eq!(host, expected);
        }
    }

    #[test]
    fn codecommits_endpoint_may_be_ones_own() {
        let own = [
            (variable::AWS_ENDPOINT_URL_CODECOMMIT, "https://a/"),
            (variable::AWS_ENDPOINT_URL, "https://b/"),
            (variable::AWS_ENDPOINT_URL_STS, "https://c/"),
        ];
        assert_eq!(host_of(&CODECOMMIT, &own, "", "eu-west-1"), "a");
        assert_eq!(host_of(&CODECOMMIT, &own[1..], "", "eu-west-1"), "b");
        let config =
            "[profile p]\nservices = s\n[services s]\ncodecommit =\n  endpoint_url = http://d/\n";
        assert_eq!(
            host_of(&CODECOMMIT, &[], config, "eu-west-1"),
            "codecommit.endpoint_url (config:5) is not an https URL without user name and password"
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
