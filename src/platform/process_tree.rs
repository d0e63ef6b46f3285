//! Who started whom, as Windows tells it: by numbers, which are used again once a process has ended.

/// A process in a list of all of them.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) id: u32,
    /// The number that its starter had, who may have ended since.
    pub(super) parent: u32,
    /// The name of the program's file.
    pub(super) name: String,
}

/// A process that was opened: a time that grows from each start to the next, and a hold on the process.
pub(super) type Opened<H> = (u64, H);

#[derive(PartialEq)]
enum Kind {
    Git,
    Shell,
    Other,
}

/// An alias of git's starts our programs by a shell, and git-codecommit starts others.
fn kind(name: &str) -> Kind {
    let gits = [
        "git.exe",
        "git-codecommit.exe",
        "git-credential-codecommit.exe",
        "git-remote-codecommit.exe",
    ];
    let shells = ["sh.exe", "bash.exe", "dash.exe"];
    let is_of = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
    match (is_of(&gits), is_of(&shells)) {
        (true, _) => Kind::Git,
        (_, true) => Kind::Shell,
        _ => Kind::Other,
    }
}

/// The processes of git above another one.
#[derive(Debug, PartialEq)]
pub(super) struct Above<H> {
    /// Those that wait for it, the nearest first.
    pub(super) gits: Vec<H>,
    /// Whether one of them has ended already.
    pub(super) is_one_gone: bool,
}

/// The processes of git that wait for process `own`. Whoever started git may end before it, so the list stops there; what a
/// shell above git does is the person's.
///
/// Git starts a remote helper by another git, so the nearest one never is the first.
pub(super) fn gits_above<H>(
    own: u32,
    all: &[Process],
    open: impl Fn(u32) -> Option<Opened<H>>,
) -> Above<H> {
    let find = |id: u32| all.iter().find(|process| process.id == id);
    let mut found = Above {
        gits: Vec::new(),
        is_one_gone: false,
    };
    let (Some(mut below), Some((mut started, _))) = (find(own), open(own)) else {
        return found;
    };
    // Numbers that are used again may form a circle.
    for _ in all {
        let Some(above) = find(below.parent) else {
            found.is_one_gone = found.gits.len() == 1;
            break;
        };
        let Some((before, hold)) = open(above.id) else {
            break;
        };
        // Nobody is younger than what it started: the number is another process's now.
        if above.id == below.id || before > started {
            found.is_one_gone = found.gits.len() == 1;
            break;
        }
        match kind(&above.name) {
            Kind::Git => found.gits.push(hold),
            Kind::Shell if found.gits.is_empty() => {}
            _ => break,
        }
        (below, started) = (above, before);
    }
    found
}

/// The processes that process `own` has started, and those that they have started. The list is not older than `listed`:
/// whoever has started since then has a number that was another's in it.
pub(super) fn all_below<H>(
    own: u32,
    listed: u64,
    all: &[Process],
    open: impl Fn(u32) -> Option<Opened<H>>,
) -> Vec<H> {
    let mut holds = Vec::new();
    let mut above: Vec<(u32, u64)> = open(own)
        .map(|(started, _)| (own, started))
        .into_iter()
        .collect();
    let mut seen = vec![own];
    while let Some((id, started)) = above.pop() {
        for child in all.iter().filter(|child| child.parent == id) {
            if !seen.contains(&child.id)
                && let Some((later, hold)) = open(child.id)
                && (started..=listed).contains(&later)
            {
                seen.push(child.id);
                above.push((child.id, later));
                holds.push(hold);
            }
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processes by number, starter and program; each started at the time that is its number, but for 90, which is a
    /// number used again.
    const ALL: &[(u32, u32, &str)] = &[
        (10, 2, "explorer.exe"),
        (20, 10, "bash.exe"),
        (21, 20, "Git.EXE"),
        (22, 21, "git.exe"),
        (23, 22, "sh.exe"),
        (24, 23, "sh.exe"),
        (25, 24, "git-remote-codecommit.exe"),
        (26, 25, "git.exe"),
        (27, 26, "git-remote-https.exe"),
        (28, 25, "conhost.exe"),
        // Started by a program that is no git.
        (30, 10, "idea64.exe"),
        (31, 30, "git.exe"),
        (32, 31, "git-remote-codecommit.exe"),
        // Git's starter has ended, and its number is another git's.
        (90, 10, "git.exe"),
        (40, 90, "git.exe"),
        (41, 40, "git-remote-codecommit.exe"),
        // A shell without git above it, and the starter of everything.
        (50, 20, "git-remote-codecommit.exe"),
        (60, 60, "git.exe"),
        (61, 60, "git-remote-codecommit.exe"),
        // What cannot be opened.
        (70, 10, "git.exe"),
        (71, 70, "git-remote-codecommit.exe"),
        // An alias that starts git by a shell.
        (80, 22, "sh.exe"),
        (81, 80, "git.exe"),
        (82, 81, "git-remote-codecommit.exe"),
        // Whose starter has ended: git's, and the helper's.
        (85, 84, "git.exe"),
        (86, 85, "git-remote-codecommit.exe"),
        (88, 87, "git-remote-codecommit.exe"),
    ];

    fn all() -> Vec<Process> {
        let of = |(id, parent, name): &(u32, u32, &str)| Process {
            id: *id,
            parent: *parent,
            name: (*name).into(),
        };
        ALL.iter().map(of).collect()
    }

    fn open(id: u32) -> Option<Opened<u32>> {
        (id != 70).then_some((id.into(), id))
    }

    #[test]
    fn those_above_are_git_up_to_whoever_started_it() {
        for (own, gits, is_one_gone) in [
            (25, &[22, 21][..], false),
            (32, &[31], false),
            (41, &[40], true),
            (50, &[], false),
            (61, &[60], true),
            (71, &[], false),
            (82, &[81], false),
            (86, &[85], true),
            (88, &[], false),
            (99, &[], false),
        ] {
            let gits = gits.to_vec();
            let expected = Above { gits, is_one_gone };
            assert_eq!(gits_above(own, &all(), open), expected, "{own}");
        }
    }

    #[test]
    fn those_below_are_all_that_were_started_since() {
        for (own, expected) in [(25, &[26, 28, 27][..]), (27, &[]), (90, &[]), (60, &[61])] {
            assert_eq!(all_below(own, 99, &all(), open), expected, "{own}");
        }
    }

    #[test]
    fn whoever_started_after_the_list_is_a_stranger_with_a_number_of_ours() {
        // 26 ended, and its number is that of a younger process: neither it nor what the list has below it is ours.
        let open = |id: u32| Some((if id == 26 { 95 } else { id.into() }, id));
        for (listed, expected) in [(94, &[28][..]), (95, &[26, 28])] {
            assert_eq!(all_below(25, listed, &all(), open), expected, "{listed}");
        }
    }
}
