//! The load of the counted runs: exactly the named bytes, exactly so many times, then it ends.
//!
//! ```text
//! kargo-bench-load HOST:PORT --request FILE [--requests N] [--connections C] [--pipeline D] [--hold] [--echo]
//! ```
//!
//! `FILE` holds one whole request, head and body. Every connection sends it `D` times in one piece, then all the
//! answers are read, and so on in lockstep until `N` requests are answered (`N` is rounded up to whole rounds of
//! C × D). One thread and no clock: the server sees the same bytes in the same order every time. Anything but a 200
//! with a Content-Length ends the program with status 1; with `--echo`, anything but the bytes that were sent.
//!
//! With `--hold` the connections then stay open and idle: `holding` is printed, and they are closed when standard
//! input ends. The limit of open files is raised to the hard limit first; the server needs its own raised too.

mod answers;
mod options;

use std::io::{self, Error, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use answers::AnswerReader;
use options::Options;

/// How long one answer may take: long enough for a server that runs under valgrind.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let mut stderr = io::stderr();
    match Options::from_arguments(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done if even the message cannot be written.
            let _ = writeln!(stderr, "kargo-bench-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    raise_open_files_limit()?;
    let requests = std::fs::read(&options.request_file)?.repeat(options.pipeline);
    let mut connections = Vec::with_capacity(options.connections);
    for _ in 0..options.connections {
        let stream = TcpStream::connect(&options.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        connections.push(stream);
    }
    let per_round = options.connections * options.pipeline;
    let mut reader = AnswerReader::new();
    for _ in 0..options.requests.div_ceil(per_round) {
        for connection in &mut connections {
            connection.write_all(&requests)?;
        }
        for connection in &mut connections {
            if options.is_echo {
                reader.read_echo(connection, &requests)?;
            } else {
                reader.read(connection, options.pipeline)?;
            }
        }
    }
    if options.holds {
        writeln!(io::stdout(), "holding")?;
        io::stdin().read_to_end(&mut Vec::new())?;
    }
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "resource limits are not in the standard library"
)]
fn raise_open_files_limit() -> io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: getrlimit(2) writes one rlimit, which is a live local.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } == -1 {
        return Err(Error::last_os_error());
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: setrlimit(2) reads one rlimit, which is a live local.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } == -1 {
        return Err(Error::last_os_error());
    }
    Ok(())
}
