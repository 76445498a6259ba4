//! What an idle connection costs. Alone in its process, for it reads the process's memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use common::Running;
use kargo_net::ListenAddress;
use kargo_net::ServerOptions;

const ADDRESS: &str = "KARGO_TEST_ADDRESS";
const COUNT: &str = "KARGO_TEST_COUNT";

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<usize>()
        .unwrap()
        * 1024
}

fn descriptor_limit() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    line.split_whitespace()
        .nth(3)
        .unwrap()
        .parse()
        .unwrap_or(usize::MAX)
}

#[test]
fn ten_thousand_idle_connections_cost_less_than_a_kilobyte_each() {
    // A shell may allow fewer descriptors: then it is measured with as many as there are.
    let count = 10_000.min(descriptor_limit().saturating_sub(100));
    let server = Running::start(ServerOptions::default());
    assert_eq!(server.client().get("/warm-up").status, 200);
    server.until("the end", |server, _| server.counts().connections == 0);
    let before = resident_bytes();

    let ListenAddress::Inet(address) = server.address else {
        unreachable!()
    };
    let mut client = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "hold_connections", "--nocapture"])
        .env(ADDRESS, address.to_string())
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    assert!(
        lines.any(|line| line.unwrap().contains("holding")),
        "the clients have ended"
    );
    server.until("all connections", move |server, _| {
        server.counts().connections == count
    });
    let each = resident_bytes().saturating_sub(before) / count;
    drop(client.stdin.take());
    assert!(client.wait().unwrap().success());
    assert!(each <= 1024, "{each} bytes per idle connection");
    println!("{each} bytes per idle connection");
}

/// The other side, in a process of its own: each connection has had an answer and keeps still.
#[test]
#[ignore = "a part of the test above"]
fn hold_connections() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let count: usize = std::env::var(COUNT).unwrap().parse().unwrap();
    let clients: Vec<_> = (0..count)
        .map(|_| {
            let mut client = common::Client::new(std::net::TcpStream::connect(&address).unwrap());
            assert_eq!(client.get("/a").status, 200);
            client
        })
        .collect();
    println!("holding {}", clients.len());
    std::io::stdout().flush().unwrap();
    let mut end = String::new();
    std::io::stdin().read_line(&mut end).unwrap();
}
