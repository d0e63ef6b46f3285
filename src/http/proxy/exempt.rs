//! Which hosts are reached without a proxy: `no_proxy`, by curl's rules.
//!
//! Source: libcurl's documentation of `CURLOPT_NOPROXY`. A list of names and addresses, parted by
//! commas or blanks; a name stands for itself and for everything below it, a leading dot changes
//! nothing; an address may have a mask, as in `10.0.0.0/8`; a `*` alone stands for every host.

use std::net::IpAddr;

use crate::world::{World, variable};

/// The list as the environment has it; empty where it has none.
pub(super) fn list(world: &World) -> String {
    let mut names = variable::NO_PROXY.iter();
    names
        .find_map(|name| world.raw_variable(name))
        .unwrap_or_default()
}

/// Whether `host`, a name or an address without its port, is on the list.
pub(in crate::http) fn lists(list: &str, host: &str) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    let mut entries = list
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty());
    match host.parse::<IpAddr>() {
        Ok(address) => entries.any(|entry| holds_address(entry, address)),
        Err(_) => entries.any(|entry| holds_name(entry, host)),
    }
}

fn holds_name(entry: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry).as_bytes();
    let Some(before) = host.len().checked_sub(entry.len()) else {
        return false;
    };
    !entry.is_empty()
        && host[before..].eq_ignore_ascii_case(entry)
        && (before == 0 || host[before - 1] == b'.')
}

fn holds_address(entry: &str, address: IpAddr) -> bool {
    let (entry, mask) = match entry.split_once('/') {
        Some((entry, mask)) => (entry, Some(mask)),
        None => (entry, None),
    };
    let entry = entry.strip_prefix('[').unwrap_or(entry);
    let entry = entry.strip_suffix(']').unwrap_or(entry);
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let Ok(entry) = entry.parse::<IpAddr>() else {
        return false;
    };
    let ((entry, width), (address, of_address)) = (bits(entry), bits(address));
    let mask = match mask {
        None => width,
        Some(mask) => match mask.parse::<u32>() {
            Ok(mask) if mask <= width => mask,
            _ => return false,
        },
    };
    let rest = width - mask;
    // A shift by the whole width is not defined: then nothing is left to compare.
    let of = |number: u128| number.checked_shr(rest).unwrap_or(0);
    width == of_address && of(entry) == of(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_what_curl_says() {
        let host = "git-codecommit.eu-west-1.amazonaws.com";
        for list in [
            "*",
            " * ",
            host,
            "amazonaws.com",
            ".amazonaws.com",
            "AMAZONAWS.com",
            "com",
            "example.com,amazonaws.com",
            "example.com amazonaws.com",
            "example.com,\t.amazonaws.com.",
            ",,amazonaws.com,",
        ] {
            assert!(lists(list, host), "{list:?}");
        }
        for list in [
            "",
            ",",
            ".",
            "mazonaws.com",
            "*.amazonaws.com",
            "git-codecommit",
            "x.git-codecommit.eu-west-1.amazonaws.com",
            "amazonaws.com:443",
            "169.254.170.2",
            "example.com,*",
        ] {
            assert!(!lists(list, host), "{list:?}");
        }
        assert!(lists("amazonaws.com", "sts.amazonaws.com."));
    }

    #[test]
    fn addresses_may_have_a_mask() {
        for (list, host) in [
            ("10.1.2.3", "10.1.2.3"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.1.2.3/32", "10.1.2.3"),
            ("0.0.0.0/0", "10.1.2.3"),
            ("::1", "[::1]"),
            ("[::1]", "::1"),
            ("fd00::/8", "fd00:ec2::23"),
            ("::/0", "::1"),
        ] {
            assert!(lists(list, host), "{list} {host}");
        }
        for (list, host) in [
            ("10.0.0.0/16", "10.1.2.3"),
            ("10.0.0.0/33", "10.1.2.3"),
            ("10.0.0.0/-1", "10.1.2.3"),
            ("0.0.0.3", "10.0.0.3"),
            ("2.3", "10.1.2.3"),
            ("0.0.0.0/0", "::1"),
            ("::1", "10.1.2.3"),
        ] {
            assert!(!lists(list, host), "{list} {host}");
        }
    }
}
