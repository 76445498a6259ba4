//! The messages between master and worker: fixed-size packets over a packet socket.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::sys::fd;
use crate::sys::process::monotonic_nanos;

const PACKET_BYTES: usize = 16;
type Packet = [u8; PACKET_BYTES];

const DRAIN: u8 = 1;
const STOP: u8 = 2;
const READY: u8 = 3;
const RECYCLE: u8 = 4;

/// What a worker sends to ask for its replacement; a constant, as a signal handler sends it too.
pub(crate) const RECYCLE_PACKET: Packet = packet(RECYCLE, 0);

/// What the master orders a worker to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Accept no more, finish what is in flight, then exit with code 0.
    Drain {
        /// When an order to stop will follow.
        deadline: Instant,
    },
    /// Exit now. Also what a worker reads when the master is gone.
    Stop,
}

impl Order {
    pub(crate) fn send(self, control: BorrowedFd<'_>) -> io::Result<()> {
        let packet = match self {
            // An Instant means nothing to another process; the monotonic clock does.
            Self::Drain { deadline } => {
                let left = deadline.saturating_duration_since(Instant::now());
                let left = u64::try_from(left.as_nanos()).unwrap_or(u64::MAX);
                packet(DRAIN, monotonic_nanos().saturating_add(left))
            }
            Self::Stop => packet(STOP, 0),
        };
        fd::send(control, &packet)
    }

    fn decode(packet: &Packet) -> Option<Self> {
        match split(packet) {
            (DRAIN, at) => {
                let left = Duration::from_nanos(at.saturating_sub(monotonic_nanos()));
                let now = Instant::now();
                // A deadline beyond what an Instant can hold is as good as a year.
                let year = Duration::from_secs(365 * 86_400);
                Some(Self::Drain {
                    deadline: now + left.min(year),
                })
            }
            (STOP, _) => Some(Self::Stop),
            _ => None,
        }
    }
}

/// The orders that wait on a worker's control socket, oldest first; see
/// [`Worker::read_orders`](crate::Worker::read_orders).
#[derive(Debug)]
pub struct Orders<'a> {
    control: BorrowedFd<'a>,
    is_over: bool,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(control: BorrowedFd<'a>) -> Self {
        Self {
            control,
            is_over: false,
        }
    }
}

impl Iterator for Orders<'_> {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        while !self.is_over {
            let mut packet = [0; PACKET_BYTES];
            match fd::receive(self.control, &mut packet) {
                // Packets of a kind or size not known are skipped.
                Ok(PACKET_BYTES) => {
                    if let Some(order) = Order::decode(&packet) {
                        return Some(order);
                    }
                }
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.is_over = true,
                // The master is gone, or the socket is useless for another reason: there is nobody
                // left who could give another order.
                Ok(0) | Err(_) => {
                    self.is_over = true;
                    return Some(Order::Stop);
                }
            }
        }
        None
    }
}

/// What a worker reports to the master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkerReport {
    Ready,
    Recycle,
    /// The worker closed its end, most likely by ending.
    Closed,
}

impl WorkerReport {
    /// The next report on the master's end of a control socket.
    pub(crate) fn receive(control: BorrowedFd<'_>) -> Option<Self> {
        loop {
            let mut packet = [0; PACKET_BYTES];
            match fd::receive(control, &mut packet) {
                Ok(PACKET_BYTES) => match split(&packet).0 {
                    READY => return Some(Self::Ready),
                    RECYCLE => return Some(Self::Recycle),
                    _ => {}
                },
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Ok(0) | Err(_) => return Some(Self::Closed),
            }
        }
    }
}

pub(crate) fn send_ready(control: BorrowedFd<'_>) -> io::Result<()> {
    fd::send(control, &packet(READY, 0))
}

pub(crate) fn send_recycle(control: BorrowedFd<'_>) -> io::Result<()> {
    fd::send(control, &RECYCLE_PACKET)
}

const fn packet(kind: u8, value: u64) -> Packet {
    let value = value.to_ne_bytes();
    let mut packet = [0; PACKET_BYTES];
    packet[0] = kind;
    let mut index = 0;
    while index < value.len() {
        packet[8 + index] = value[index];
        index += 1;
    }
    packet
}

fn split(packet: &Packet) -> (u8, u64) {
    let [kind, _, _, _, _, _, _, _, value @ ..] = *packet;
    (kind, u64::from_ne_bytes(value))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::time::{Duration, Instant};

    use super::{Order, Orders, WorkerReport, send_ready, send_recycle};
    use crate::sys::fd;

    #[test]
    fn orders_arrive_in_order_and_the_end_reads_as_stop() {
        let (master, worker) = fd::packet_pair().unwrap();
        assert_eq!(Orders::new(worker.as_fd()).next(), None);
        let deadline = Instant::now() + Duration::from_secs(30);
        Order::Drain { deadline }.send(master.as_fd()).unwrap();
        Order::Stop.send(master.as_fd()).unwrap();
        fd::send(master.as_fd(), b"what is this?").unwrap();
        let orders: Vec<_> = Orders::new(worker.as_fd()).collect();
        let [Order::Drain { deadline: read }, Order::Stop] = orders[..] else {
            panic!("{orders:?}");
        };
        let difference = read.max(deadline) - read.min(deadline);
        assert!(difference < Duration::from_millis(100), "{difference:?}");
        drop(master);
        assert_eq!(
            Orders::new(worker.as_fd()).collect::<Vec<_>>(),
            [Order::Stop]
        );
    }

    #[test]
    fn reports_arrive_in_order_and_the_end_is_told() {
        let (master, worker) = fd::packet_pair().unwrap();
        send_ready(worker.as_fd()).unwrap();
        send_recycle(worker.as_fd()).unwrap();
        assert_eq!(
            WorkerReport::receive(master.as_fd()),
            Some(WorkerReport::Ready)
        );
        assert_eq!(
            WorkerReport::receive(master.as_fd()),
            Some(WorkerReport::Recycle)
        );
        assert_eq!(WorkerReport::receive(master.as_fd()), None);
        drop(worker);
        assert_eq!(
            WorkerReport::receive(master.as_fd()),
            Some(WorkerReport::Closed)
        );
        assert!(Order::Stop.send(master.as_fd()).is_err());
    }
}
