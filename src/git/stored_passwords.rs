//! Passwords for AWS's git hosts in the files that git and curl take passwords from.
//!
//! Sources: git-credential-store(1), "FILES"; curl's "netrc" page of "Everything curl". Git's `http.c` sets
//! `CURLOPT_NETRC`: its https transport uses an entry of `~/.netrc` before it asks a credential helper.

use crate::aws::is_git_host;

/// A password, and where it is. It is not shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredPassword<'t> {
    pub(crate) host: &'t str,
    pub(crate) user: &'t str,
    /// Counted from 1, as editors show it.
    pub(crate) line: usize,
    pub(crate) lifetime: Lifetime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// A signature, good for 15 minutes.
    Minutes,
    /// Another password, most often an IAM user's.
    Lasting,
}

impl StoredPassword<'_> {
    /// Whether it is an IAM user's own Git password, whose user name is `name-at-123456789012`.
    pub(crate) fn is_of_iam_user(&self) -> bool {
        let account = self.user.rsplit_once("-at-");
        let digits = account.and_then(|(_, account)| account.as_bytes().get(..12));
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
    }
}

/// What `git credential-store` has kept, a URL a line.
pub(crate) fn in_store(text: &str) -> Vec<StoredPassword<'_>> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let (login, rest) = line.strip_prefix("https://")?.rsplit_once('@')?;
            let host = rest.split(['/', ':']).next()?;
            let (user, password) = login.split_once(':')?;
            is_git_host(host).then(|| StoredPassword {
                host,
                user,
                line: number + 1,
                lifetime: lifetime(password),
            })
        })
        .collect()
}

/// The entries of a `.netrc` for CodeCommit hosts.
pub(crate) fn in_netrc(text: &str) -> Vec<StoredPassword<'_>> {
    let machines = machines(text).into_iter();
    let machines = machines.filter(|machine| is_git_host(machine.host));
    let passwords = machines.map(|machine| StoredPassword {
        host: machine.host,
        user: machine.login,
        line: machine.line,
        lifetime: lifetime(machine.password),
    });
    passwords.collect()
}

/// A signed password begins with its time, as `aws/signature.rs` makes it.
fn lifetime(password: &str) -> Lifetime {
    let password = password.as_bytes();
    let is_time = |(at, byte): (usize, &u8)| match at {
        8 => *byte == b'T',
        15 => *byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    let is_signed = password.len() > 16 && password.iter().take(16).enumerate().all(is_time);
    match is_signed {
        true => Lifetime::Minutes,
        false => Lifetime::Lasting,
    }
}

/// `machine HOST login USER password PASSWORD`.
#[derive(Debug, Default)]
struct Machine<'t> {
    host: &'t str,
    line: usize,
    login: &'t str,
    password: &'t str,
}

fn machines(text: &str) -> Vec<Machine<'_>> {
    let mut machines: Vec<Machine<'_>> = Vec::new();
    let mut is_macro = false;
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        if is_macro {
            // A macro ends with an empty line.
            is_macro = !line.trim().is_empty();
            continue;
        }
        for word in line.split_whitespace() {
            if before.is_empty() && word.starts_with('#') {
                break;
            }
            let value = word.trim_matches('"');
            match (before, machines.last_mut()) {
                ("machine", _) => machines.push(Machine {
                    host: value,
                    line: number + 1,
                    ..Machine::default()
                }),
                ("password", Some(machine)) => machine.password = value,
                ("login", Some(machine)) => machine.login = value,
                ("password" | "login" | "account", _) => {}
                _ if word == "macdef" => {
                    is_macro = true;
                    break;
                }
                _ => {
                    before = word;
                    continue;
                }
            }
            before = "";
        }
    }
    machines
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "git-codecommit.eu-west-1.amazonaws.com";
    const SIGNED: &str = "20260101T000000Z5f3c2a1";

    #[test]
    fn only_passwords_for_codecommit_count_and_a_signed_one_is_told_from_an_iam_users() {
        let lasting = |of_user| Some((Lifetime::Lasting, of_user));
        for (line, expected) in [
            (
                format!("https://ASIA%25tok:{SIGNED}@{HOST}"),
                Some((Lifetime::Minutes, false)),
            ),
            (
                format!("https://ASIA%25t@k:{SIGNED}@{HOST}/v1/repos/x"),
                Some((Lifetime::Minutes, false)),
            ),
            (
                format!("https://bob-at-111111111111:pw@{HOST}"),
                lasting(true),
            ),
            (
                format!("https://bob-at-111111111111+1:pw@{HOST}"),
                lasting(true),
            ),
            (format!("https://bob-at-11:pw@{HOST}"), lasting(false)),
            (format!("https://bob:20260101@{HOST}"), lasting(false)),
            (format!("https://bob@{HOST}"), None),
            (format!("https://bob:{SIGNED}@github.com"), None),
            (format!("https://{HOST}"), None),
            (String::new(), None),
        ] {
            let text = format!("https://a:b@github.com\n{line}\r\n");
            let found = in_store(&text);
            let kinds = found.iter().map(|p| (p.lifetime, p.is_of_iam_user()));
            assert_eq!(
                kinds.collect::<Vec<_>>(),
                Vec::from_iter(expected),
                "{line}"
            );
            assert!(found.iter().all(|p| p.host == HOST && p.line == 2));
        }
    }

    #[test]
    fn a_machine_is_found_on_one_line_or_many_and_not_in_macros() {
        let text = "# machine no password no\n\
                    machine a login machine password p1 machine b\n\tlogin l\n\tpassword \"p2\"\n\
                    macdef init\nmachine c password p3\n\nmachine d\nlogin x\ndefault login y password p4\n";
        let found = machines(text);
        let found: Vec<_> = found.iter().map(|m| (m.host, m.line, m.password)).collect();
        assert_eq!(found[..2], [("a", 2, "p1"), ("b", 2, "p2")]);
        assert_eq!((found[2].0, found[2].1), ("d", 8));
        assert_eq!(found.len(), 3);
        let text =
            format!("machine {HOST} login u password {SIGNED}\nmachine github.com password x\n");
        let expected = StoredPassword {
            host: HOST,
            user: "u",
            line: 1,
            lifetime: Lifetime::Minutes,
        };
        assert_eq!(in_netrc(&text), [expected]);
    }
}
