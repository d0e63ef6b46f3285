//! The processes of git around this one: its end is noticed by them, as no pipe tells of it before the next write.

use std::io;
use std::process::{Command, id};
use std::thread;
use std::time::Duration;

use winsafe::guard::CloseHandleGuard;
use winsafe::{HPROCESS, HPROCESSLIST, co};

use crate::platform::process_tree::{Above, Opened, Process, all_below, gits_above};

/// A process that is held: its number is not used again meanwhile.
type Held = CloseHandleGuard<HPROCESS>;

/// What takes less is done before git's end matters; a look at all processes takes a few milliseconds.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(500);

/// The processes of git that wait for this one.
pub(super) struct Gits(Above<Held>);

impl Gits {
    fn look() -> Self {
        let open = |id| open(id, co::PROCESS::SYNCHRONIZE);
        Self(gits_above(id(), &all(), open))
    }

    /// Whether one of them has ended.
    fn has_ended(&self) -> bool {
        let ended = |git: &Held| git.WaitForSingleObject(Some(0)) == Ok(co::WAIT::OBJECT_0);
        self.0.is_one_gone || self.0.gits.iter().any(ended)
    }
}

/// Waits until one of them has ended.
pub(super) async fn git_gone(gits: &std::cell::OnceCell<Gits>) {
    loop {
        let pause = match gits.get() {
            None => FIRST_LOOK,
            Some(_) => PAUSE,
        };
        tokio::time::sleep(pause).await;
        if gits.get_or_init(Gits::look).has_ended() {
            return;
        }
    }
}

/// Runs another program to its end, and returns its exit code. If git ends, all that was started ends too.
pub(crate) fn run_instead(mut command: Command) -> io::Result<u8> {
    let gits = Gits::look();
    let mut child = command.spawn()?;
    // It ends with this process, or a moment after git: the wait below returns then.
    thread::Builder::new().spawn(move || {
        while !gits.has_ended() {
            thread::sleep(PAUSE);
        }
        end_below(id());
    })?;
    let code = child.wait()?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(128))
}

/// Ends what a process has started.
pub(super) fn end_below(process: u32) {
    // The clock of the times of start, and the finer one: who has started before is not taken for younger.
    let now = u64::from(winsafe::GetSystemTimePreciseAsFileTime());
    let open = |id| open(id, co::PROCESS::TERMINATE);
    for started in all_below(process, now, &all(), open) {
        let _ = started.TerminateProcess(1);
    }
}

/// All processes; none if the system does not tell.
fn all() -> Vec<Process> {
    let list = HPROCESSLIST::CreateToolhelp32Snapshot(co::TH32CS::SNAPPROCESS, None);
    let Ok(mut list) = list else {
        return Vec::new();
    };
    let of = |entry: &winsafe::PROCESSENTRY32| Process {
        id: entry.th32ProcessID,
        parent: entry.th32ParentProcessID,
        name: entry.szExeFile(),
    };
    let found = list.iter_processes();
    found.map_while(|entry| entry.ok().map(of)).collect()
}

fn open(id: u32, right: co::PROCESS) -> Option<Opened<Held>> {
    let rights = right | co::PROCESS::QUERY_LIMITED_INFORMATION;
    let process = HPROCESS::OpenProcess(rights, false, id).ok()?;
    let (started, ..) = process.GetProcessTimes().ok()?;
    Some((u64::from(started), process))
}
