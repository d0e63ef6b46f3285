//! Addresses made at random; `scripts/torture fuzz` and `scripts/fuzz` run many more.

use super::*;

/// Any text is an address or an error of one line, and an address that an error proposes is one.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Address::parse(&text) {
        Ok(address) => {
            let name = address.repository.to_string();
            assert!(text.contains(&name), "{name}");
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            assert!(name.bytes().all(is_allowed), "{name}");
        }
        Err(error) => {
            let lines = std::iter::once(error.to_string()).chain(error.hints());
            for line in lines {
                assert!(!line.contains(char::is_control), "{line:?}");
            }
            if let Error::NearMiss { meant, .. } = error {
                assert!(Address::parse(&meant).is_ok(), "{meant}");
            }
        }
    }
}

#[cfg(test)]
mod made_up {
    use proptest::prelude::*;

    use super::*;

    /// Text that is made of what addresses are made of.
    fn pieces() -> impl Strategy<Value = String> {
        let pieces = vec![
            "codecommit::",
            "codecommit://",
            "git::",
            "://",
            ":",
            "@",
            "/",
            "?",
            "#",
            "https://",
            "http://",
            "arn:aws:codecommit:",
            "/v1/repos/",
            "eu-west-1",
            "git-codecommit.eu-west-1.amazonaws.com",
            ".git",
            "%2f",
            "\n",
        ];
        let piece = prop_oneof![
            prop::sample::select(pieces).prop_map(str::to_owned),
            "[a-zA-Z0-9._-]{0,8}",
            any::<String>(),
        ];
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error_in_one_line(text in pieces()) {
            holds(text.as_bytes());
        }

        #[test]
        fn what_could_be_a_password_is_never_said(
            scheme in "codecommit|https|eu-west-1",
            password in "[a-z]{12}",
            rest in "[a-z./-]{0,20}",
        ) {
            if let Err(error) = Address::parse(&format!("{scheme}://user:{password}@{rest}")) {
                let said = format!("{error} {}", error.hints().join(" "));
                prop_assert!(!said.contains(&password), "{said}");
            }
        }

        #[test]
        fn every_part_is_read_back(
            region in "eu-west-1|us-gov-west-1|cn-north-1",
            profile in "[a-zA-Z0-9_][a-zA-Z0-9_.@-]{0,12}",
            repository in "[a-zA-Z0-9_][a-zA-Z0-9_-]{0,30}",
        ) {
            // A name that is also a host or a region is asked about, not guessed.
            prop_assume!(Region::parse(&repository).is_err());
            let address = Address::parse(&format!("{region}://{profile}@{repository}")).unwrap();
            prop_assert_eq!(address.region.map(|region| region.to_string()), Some(region));
            prop_assert_eq!(address.profile.map(|profile| profile.as_str().to_owned()), Some(profile));
            prop_assert_eq!(address.repository.to_string(), repository);
        }
    }
}
