//! AWS partitions: which region belongs to which, and their host names.
//!
//! Source: botocore `data/partitions.json` and `data/endpoints.json`; of the consoles, the partitions' own sign-in pages.

/// A group of regions with one DNS suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Partition {
    pub(crate) name: &'static str,
    /// The end of every host name, without a leading dot.
    pub(crate) dns_suffix: &'static str,
    /// The same for host names that also have IPv6 addresses.
    pub(crate) dual_stack_suffix: &'static str,
    /// The end of the console's host names, `<region>.<console>`; those of the partitions for secrets are not public.
    pub(crate) console: Option<&'static str>,
    /// What region names start with, dash included.
    prefixes: &'static [&'static str],
}

const AWS: Partition = Partition {
    name: "aws",
    dns_suffix: "amazonaws.com",
    dual_stack_suffix: "api.aws",
    console: Some("console.aws.amazon.com"),
    prefixes: &[
        "us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-",
    ],
};

/// Every partition; those whose prefixes are longer come first, so that `us-gov-` beats `us-`.
const PARTITIONS: &[Partition] = &[
    Partition {
        name: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        console: Some("console.amazonaws-us-gov.com"),
        prefixes: &["us-gov-"],
    },
    Partition {
        name: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        console: None,
        prefixes: &["us-iso-"],
    },
    Partition {
        name: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        console: None,
        prefixes: &["us-isob-"],
    },
    Partition {
        name: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        console: None,
        prefixes: &["eu-isoe-"],
    },
    Partition {
        name: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        console: None,
        prefixes: &["us-isof-", "eu-isof-"],
    },
    Partition {
        name: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        console: Some("console.amazonaws.cn"),
        prefixes: &["cn-"],
    },
    Partition {
        name: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        console: Some("console.amazonaws-eusc.eu"),
        prefixes: &["eusc-"],
    },
    AWS,
];

/// Finds a region's partition; a name that no partition claims is taken for `aws`, as the SDKs do.
pub(crate) fn of(region: &str) -> Partition {
    PARTITIONS
        .iter()
        .copied()
        .find(|partition| {
            partition
                .prefixes
                .iter()
                .any(|prefix| region.starts_with(prefix))
        })
        .unwrap_or(AWS)
}

/// The end of the host names of every partition, each once.
pub(crate) fn dns_suffixes() -> Vec<&'static str> {
    let mut suffixes = vec![AWS.dns_suffix];
    for partition in PARTITIONS {
        if !suffixes.contains(&partition.dns_suffix) {
            suffixes.push(partition.dns_suffix);
        }
    }
    suffixes
}

/// The end of the console's host names in every partition where it is public.
pub(crate) fn consoles() -> impl Iterator<Item = &'static str> {
    let partitions = PARTITIONS.iter();
    partitions.filter_map(|partition| partition.console)
}

/// Whether AWS documents CodeCommit in this region. Advice only: the list ages.
pub(crate) fn is_listed(region: &str) -> bool {
    LISTED.contains(&region)
}

/// The listed region that a mistyped one may mean: of the same part of the world and number, two mistakes away at most.
///
/// None where all but the number is right, since AWS may have added that region.
pub(crate) fn like(region: &str) -> Option<&'static str> {
    let (area, name, number) = labels(region)?;
    let neighbours = LISTED
        .iter()
        .filter_map(|listed| Some((*listed, labels(listed)?)))
        .filter(|(_, (other, ..))| *other == area);
    let distances = neighbours.map(|(listed, (_, other, other_number))| {
        let distance = strsim::damerau_levenshtein(name, other);
        (distance, other_number != number, listed)
    });
    match distances.min()? {
        (1..=2, false, meant) => Some(meant),
        _ => None,
    }
}

/// `eu`, `west` and `1` of `eu-west-1`.
fn labels(region: &str) -> Option<(&str, &str, &str)> {
    let (area, rest) = region.split_once('-')?;
    let (name, number) = rest.rsplit_once('-')?;
    Some((area, name, number))
}

/// Whether AWS documents a FIPS git host in this region. Advice only.
pub(crate) fn has_fips_host(region: &str) -> bool {
    matches!(
        region,
        "ca-central-1"
            | "us-east-1"
            | "us-east-2"
            | "us-west-1"
            | "us-west-2"
            | "us-gov-east-1"
            | "us-gov-west-1"
    )
}

const LISTED: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];
