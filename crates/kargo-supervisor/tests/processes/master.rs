//! A master in a process of its own, and the line over which it and its workers tell the case what
//! happens.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use kargo_supervisor::{Event, Role, Spec, Supervisor, Worker};

/// No single thing that a case waits for may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Where masters and workers write what happens; each line arrives whole (pipes guarantee it up to
/// 4096 bytes).
#[derive(Debug)]
pub(crate) struct Log(File);

impl Log {
    pub(crate) fn line(&self, text: impl std::fmt::Display) {
        let line = format!("{text}\n");
        (&self.0).write_all(line.as_bytes()).unwrap();
    }
}

/// A forked master. Killed, with its workers, when dropped.
pub(crate) struct Master {
    pub(crate) pid: i32,
    lines: BufReader<File>,
    seen: Vec<String>,
}

pub(crate) fn spec(workers: usize) -> Spec {
    Spec {
        drain_timeout: PATIENCE,
        ..Spec::new(workers)
    }
}

impl Master {
    /// Forks a master whose workers run `work` and exit with the code it returns.
    pub(crate) fn start(spec: Spec, work: impl FnOnce(Worker, &Log) -> i32) -> Self {
        Self::start_with(spec, |_, _| {}, work, |_| {})
    }

    /// As [`start`](Self::start), with `on_event` called after each event was written, and `after`
    /// when all is over.
    pub(crate) fn start_with(
        spec: Spec,
        mut on_event: impl FnMut(&Event, &Log),
        work: impl FnOnce(Worker, &Log) -> i32,
        after: impl FnOnce(&Log),
    ) -> Self {
        let mut pipe = [-1; 2];
        // SAFETY: `pipe` has room for two descriptors, which then belong to the files.
        let (reader, writer) = unsafe {
            assert_eq!(libc::pipe2(pipe.as_mut_ptr(), libc::O_CLOEXEC), 0);
            (File::from_raw_fd(pipe[0]), File::from_raw_fd(pipe[1]))
        };
        let pid = fork(|| {
            let log = Log(writer.try_clone().unwrap());
            let supervisor = Supervisor::new(spec).unwrap();
            let role = supervisor.run(|event| {
                log.line(&event);
                on_event(&event, &log);
            });
            match role.unwrap() {
                Role::Worker(worker) => work(worker, &log),
                Role::Ended(report) => {
                    after(&log);
                    log.line(report);
                    if report.is_clean() { 0 } else { 1 }
                }
            }
        });
        Self {
            pid,
            lines: BufReader::new(reader),
            seen: Vec::new(),
        }
    }

    /// The next line that contains `text`; what comes before it is remembered as seen.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(line) = self.next_line(deadline) else {
                panic!("\"{text}\" did not come; seen:\n{}", self.seen.join("\n"));
            };
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The lines that contain these texts, whatever their order.
    pub(crate) fn wait_for_each<const N: usize>(&mut self, texts: [&str; N]) -> [String; N] {
        let mut found = [const { None }; N];
        while found.iter().any(Option::is_none) {
            let line = self.wait_for("");
            for (place, text) in found.iter_mut().zip(texts) {
                if place.is_none() && line.contains(text) {
                    *place = Some(line.clone());
                }
            }
        }
        found.map(Option::unwrap)
    }

    /// Waits until this many workers said that they are ready; gives their process ids.
    pub(crate) fn wait_ready(&mut self, count: usize) -> Vec<i32> {
        (0..count)
            .map(|_| pid_in(&self.wait_for(" ready after ")))
            .collect()
    }

    /// All lines until the master and its workers have ended.
    pub(crate) fn remaining_lines(&mut self) -> Vec<String> {
        let from = self.seen.len();
        let deadline = Instant::now() + PATIENCE;
        while self.next_line(deadline).is_some() {}
        self.seen[from..].to_vec()
    }

    pub(crate) fn seen(&self) -> &[String] {
        &self.seen
    }

    fn next_line(&mut self, deadline: Instant) -> Option<String> {
        if self.lines.buffer().is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            let fd = self.lines.get_ref().as_raw_fd();
            let mut entry = libc::pollfd {
                fd,
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: one valid entry.
            if unsafe { libc::poll(&raw mut entry, 1, i32::try_from(left.as_millis()).unwrap()) }
                != 1
            {
                return None;
            }
        }
        let mut line = String::new();
        if self.lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        self.seen.push(line.clone());
        Some(line)
    }

    pub(crate) fn signal(&self, signal: i32) {
        kill(self.pid, signal);
    }

    /// Asks the master to drain, waits for its end and gives its exit code and last lines.
    pub(crate) fn drain(mut self) -> (i32, Vec<String>) {
        self.signal(libc::SIGTERM);
        self.end()
    }

    /// Waits for the end of the master and gives its exit code and last lines.
    pub(crate) fn end(&mut self) -> (i32, Vec<String>) {
        let lines = self.remaining_lines();
        let status = wait(self.pid).expect("the master ends");
        self.pid = 0;
        assert!(
            libc::WIFEXITED(status),
            "master ended by {status:#x}; {lines:?}"
        );
        (libc::WEXITSTATUS(status), lines)
    }

    /// Kills the master as nothing can prepare for.
    pub(crate) fn kill(&mut self) {
        self.signal(libc::SIGKILL);
        wait(self.pid).expect("the master is killed");
        self.pid = 0;
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        if self.pid != 0 {
            self.kill();
            if std::thread::panicking() {
                println!("--- lines seen\n{}\n---", self.seen.join("\n"));
            }
        }
        // The kernel has killed the workers; they are our children now.
        let deadline = Instant::now() + PATIENCE;
        while wait_any(deadline).is_some() {}
    }
}

/// Forks a process that runs `body`, exits with its result, and dies with this one.
pub(crate) fn fork(body: impl FnOnce() -> i32) -> i32 {
    // SAFETY: this process has one thread.
    let pid = unsafe { libc::fork() };
    assert_ne!(pid, -1);
    if pid != 0 {
        return pid;
    }
    // SAFETY: plain system calls on integers.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::alarm(60);
    }
    let code = catch_unwind(AssertUnwindSafe(body)).unwrap_or(101);
    // SAFETY: never returns, runs nothing of the runner's.
    unsafe { libc::_exit(code) }
}

pub(crate) fn kill(pid: i32, signal: i32) {
    assert!(pid > 1, "{pid}");
    // SAFETY: plain system call on integers.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0, "kill {pid}");
}

/// The wait status of child `pid` once it ends, within the usual patience.
pub(crate) fn wait(pid: i32) -> Option<i32> {
    wait_until(pid, Instant::now() + PATIENCE).map(|(_, status)| status)
}

/// The next child to end: its id and wait status. `None` if there is none.
pub(crate) fn wait_any(deadline: Instant) -> Option<(i32, i32)> {
    wait_until(-1, deadline)
}

fn wait_until(pid: i32, deadline: Instant) -> Option<(i32, i32)> {
    loop {
        let mut status = 0;
        // SAFETY: `status` is writable.
        let ended = unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) };
        if ended > 0 {
            return Some((ended, status));
        }
        if ended < 0 || Instant::now() > deadline {
            return None;
        }
        // waitpid knows no time limit: a short nap between looks, bounded by the deadline.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Kills and counts the processes that a case left behind.
pub(crate) fn reap_orphans() -> usize {
    let mut count = 0;
    loop {
        let path = format!("/proc/self/task/{}/children", std::process::id());
        let children = std::fs::read_to_string(path).unwrap_or_default();
        for pid in children.split_whitespace() {
            count += 1;
            kill(pid.parse().unwrap(), libc::SIGKILL);
        }
        if wait_any(Instant::now() + PATIENCE).is_none() {
            return count;
        }
    }
}

/// The process id in a line such as "worker 42 ready".
pub(crate) fn pid_in(line: &str) -> i32 {
    number_after(line, "worker ")
}

/// The number that follows `word` in a line.
pub(crate) fn number_after(line: &str, word: &str) -> i32 {
    let (_, rest) = line
        .split_once(word)
        .unwrap_or_else(|| panic!("no \"{word}\" in {line:?}"));
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end]
        .parse()
        .unwrap_or_else(|_| panic!("no number after \"{word}\" in {line:?}"))
}
