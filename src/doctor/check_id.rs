//! The names of the checks: docs/doctor.md explains each, and `--json` promises them.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! checks {
    ($($name:ident $id:literal $title:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum CheckId {
            $($name,)*
            /// An AssumeRole of the plan, the first one is 1.
            Role(usize),
        }

        impl CheckId {
            /// Each but the roles, in the order in which they are made.
            #[cfg(test)]
            const NAMED: &[Self] = &[$(Self::$name),*];

            pub(super) fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                    Self::Role(_) => "AssumeRole",
                }
            }
        }

        impl fmt::Display for CheckId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name => f.write_str($id),)*
                    Self::Role(number) => write!(f, "role-{number}"),
                }
            }
        }
    };
}

checks! {
    Git "git" "git",
    GitConfig "git-config" "git's configuration",
    Programs "programs" "programs",
    Surroundings "surroundings" "surroundings",
    StoredPasswords "stored-passwords" "stored passwords",
    Address "address" "address",
    Protocol "protocol" "protocol permission",
    Helper "helper" "helper program",
    CredentialHelpers "credential-helpers" "credential helpers",
    Profile "profile" "profile",
    Plan "plan" "plan",
    StsSettings "sts-settings" "settings for STS",
    StsDns "sts-dns" "DNS name of STS",
    StsTcp "sts-tcp" "TCP to STS",
    StsTls "sts-tls" "TLS with STS",
    GitSettings "git-settings" "settings for the git host",
    GitDns "git-dns" "DNS name of the git host",
    GitTcp "git-tcp" "TCP to the git host",
    GitTls "git-tls" "TLS with the git host",
    Clock "clock" "clock",
    Source "source" "credentials",
    Account "account" "account",
    Repository "repository" "repository",
    GitRequest "git-request" "git ls-remote",
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of the table in docs/doctor.md, in its order.
    fn documented() -> Vec<String> {
        let page = include_str!("../../docs/doctor.md");
        let table = page.split("\n## The checks\n").nth(1).unwrap();
        let table = table.split("\n## ").next().unwrap();
        let rows = table.lines().filter(|line| line.starts_with("| `"));
        let ids = rows.flat_map(|row| {
            let cell = row.split('|').nth(1).unwrap();
            cell.split('`').skip(1).step_by(2)
        });
        ids.map(str::to_owned).collect()
    }

    #[test]
    fn the_page_lists_every_check_in_the_order_in_which_they_are_made() {
        let mut known: Vec<String> = CheckId::NAMED.iter().map(CheckId::to_string).collect();
        let source = known.iter().position(|id| id == "source").unwrap();
        known.insert(source + 1, CheckId::Role(1).to_string());
        assert_eq!(documented(), known);
    }
}
