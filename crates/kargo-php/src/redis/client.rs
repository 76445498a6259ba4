//! One server, and this process's connection to it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_loop::{EventLoop, TimerId, Token};
use kargo_net::resolver::{Answer, LookupId};
use kargo_net::streams::{ConnectTarget, Direction, StreamEvent, StreamId, StreamOptions};
use kargo_policy::redis::{
    Claim, Command, Endpoint, LONGEST_LINE, Location, Reply, SCRIPTS, decode,
};

use super::{Net, RENEW};
use crate::log::{self, Level};
use crate::serve::runtime::owner;

/// Longest reply: an answer that is kept, and what is kept with it.
const LONGEST_REPLY: usize = super::LONGEST_ANSWER + 64;
/// Bytes of questions that wait to be answered or sent.
const MOST_BYTES: usize = 32 << 20;
/// How many of them.
const MOST: usize = 16 << 10;
/// After a failure it is tried again in so much time, and in twice as much after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A reply that is late may have come while PHP code kept the loop: it is read before it is given up.
const GRACE: Duration = Duration::from_millis(50);
/// How often the same trouble with a server that answers is told.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// Where in its life the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody has needed it yet.
    Idle,
    LookingUp(LookupId),
    Connecting(StreamId),
    /// It has said who it is; so many replies are still to come.
    Greeting(StreamId, usize),
    Ready(StreamId),
    /// It failed; the timer tries again.
    Away,
}

/// A question.
#[derive(Clone, Debug)]
struct Question {
    command: Rc<Command>,
    /// Who waits for the reply.
    key: Option<u64>,
    /// When it was asked; the oldest one says how long the server is silent.
    since: Instant,
    /// Until when it is asked again on another connection, if it is worth it.
    until: Option<Instant>,
    /// The script was sent with it.
    is_whole: bool,
}

/// What a server is used for, as the log says it.
#[derive(Debug)]
pub(crate) struct Use {
    /// What it is.
    pub(crate) what: &'static str,
    /// What is so until it is back.
    pub(crate) meanwhile: &'static str,
    /// Where the operator has written its address.
    pub(crate) setting: &'static str,
    /// Commands that its user must be allowed.
    pub(crate) commands: &'static str,
}

/// A server.
#[derive(Debug)]
pub(crate) struct Client {
    number: usize,
    location: Rc<Location>,
    of: &'static Use,
    state: State,
    /// Since when it is looked up, connected to or greeted.
    since: Instant,
    sent: VecDeque<Question>,
    unsent: VecDeque<Question>,
    bytes: usize,
    /// Scripts that were sent on this connection.
    known: [bool; SCRIPTS.len()],
    /// Connections that have failed since the last answer.
    failures: u32,
    timer: Option<TimerId>,
    is_late: bool,
    /// What was logged of the present absence.
    told: Vec<String>,
    /// The trouble that was logged last of a server that is there.
    told_trouble: Option<(Vec<u8>, Instant)>,
    /// Claims of calls that run.
    claims: HashMap<u64, Claim>,
    renewal: Option<TimerId>,
}

impl Client {
    pub(super) fn new(number: usize, location: Rc<Location>, of: &'static Use) -> Self {
        Self {
            number,
            location,
            of,
            state: State::Idle,
            since: Instant::now(),
            sent: VecDeque::new(),
            unsent: VecDeque::new(),
            bytes: 0,
            known: [false; SCRIPTS.len()],
            failures: 0,
            timer: None,
            is_late: false,
            told: Vec::new(),
            told_trouble: None,
            claims: HashMap::new(),
            renewal: None,
        }
    }

    /// The process was forked: everything is its parent's.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.number, Rc::clone(&self.location), self.of);
    }

    pub(super) fn is_of(&self, id: StreamId) -> bool {
        self.stream() == Some(id)
    }

    const fn stream(&self) -> Option<StreamId> {
        match self.state {
            State::Connecting(id) | State::Greeting(id, _) | State::Ready(id) => Some(id),
            State::Idle | State::LookingUp(_) | State::Away => None,
        }
    }

    /// Whether the connection is good for questions and none is in flight.
    fn is_idle(&self) -> bool {
        matches!(self.state, State::Ready(_)) && self.sent.is_empty()
    }

    /// Asks. `false`: the server is away.
    pub(super) fn ask(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        command: Rc<Command>,
        key: u64,
    ) -> bool {
        self.connect(net, events);
        // Where it is away, nobody waits for the next try.
        let is_near = matches!(self.state, State::Ready(_)) || self.told.is_empty();
        is_near && self.put(net, events, command, Some(key), None)
    }

    /// Says something for so much time.
    pub(super) fn tell(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        command: Rc<Command>,
        time: Duration,
    ) {
        self.connect(net, events);
        let until = Some(Instant::now() + time);
        self.put(net, events, command, None, until);
    }

    fn put(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        command: Rc<Command>,
        key: Option<u64>,
        until: Option<Instant>,
    ) -> bool {
        let bytes = command.bytes();
        let count = self.sent.len() + self.unsent.len();
        if self.bytes + bytes > MOST_BYTES || count >= MOST {
            return false;
        }
        self.bytes += bytes;
        let question = Question {
            command,
            key,
            since: Instant::now(),
            until,
            is_whole: false,
        };
        match self.state {
            State::Ready(id) => self.send(net, events, id, question),
            _ => self.unsent.push_back(question),
        }
        self.arm(events);
        true
    }

    fn send(&mut self, net: &mut Net, events: &mut EventLoop, id: StreamId, mut it: Question) {
        let known = self.known.get_mut(it.command.script() as usize);
        it.is_whole = !known.is_some_and(|known| std::mem::replace(known, true));
        it.since = Instant::now();
        let mut bytes = Vec::new();
        it.command.encode(&mut bytes, !it.is_whole);
        // A stream that takes nothing has failed, which it tells: all questions are settled then.
        let _ = net.streams.write(events, id, &bytes);
        self.sent.push_back(it);
    }

    /// Begins to connect, unless that was done, or the time to try again has not come.
    pub(super) fn connect(&mut self, net: &mut Net, events: &mut EventLoop) {
        if self.state != State::Idle {
            return;
        }
        self.since = Instant::now();
        let location = Rc::clone(&self.location);
        match location.endpoint() {
            Endpoint::Unix(path) => self.dial(net, events, [ConnectTarget::Unix(path.clone())]),
            Endpoint::Host(host, _) => {
                let id = net.resolver.lookup(events, host, location.timeout());
                self.state = State::LookingUp(id);
            }
        }
        self.arm(events);
    }

    fn dial(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        targets: impl IntoIterator<Item = ConnectTarget>,
    ) {
        let options = StreamOptions {
            input_high: LONGEST_REPLY + LONGEST_LINE,
            output_high: usize::MAX,
            ..StreamOptions::default()
        };
        let timeout = self.location.timeout();
        let id = net.streams.connect(events, targets, timeout, options);
        self.state = State::Connecting(id);
    }

    /// The addresses of a name are known, or not.
    pub(super) fn looked_up(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        id: LookupId,
        answer: &Answer,
    ) {
        if self.state != State::LookingUp(id) {
            return;
        }
        let Endpoint::Host(_, port) = *self.location.endpoint() else {
            return;
        };
        match answer {
            Ok(addresses) => {
                let target = |address| ConnectTarget::Inet(SocketAddr::new(address, port));
                let targets: Vec<_> = addresses.iter().copied().map(target).collect();
                self.dial(net, events, targets);
            }
            Err(error) => self.fail(net, events, &format!("its name has no address: {error}")),
        }
    }

    pub(super) fn handle_event(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        id: StreamId,
        event: StreamEvent,
    ) {
        match event {
            StreamEvent::Connected => {
                let mut greeting = Vec::new();
                let replies = self.location.greet(&mut greeting);
                self.state = State::Greeting(id, replies);
                net.streams.enable(events, id, Direction::Reading);
                let _ = net.streams.write(events, id, &greeting);
            }
            StreamEvent::Readable => self.read(net, events, id),
            StreamEvent::ConnectFailed | StreamEvent::Failed(_) => {
                let error = [Direction::Writing, Direction::Reading]
                    .into_iter()
                    .find_map(|direction| net.streams.error(id, direction));
                let why = error.map_or_else(String::new, ToString::to_string);
                self.fail(net, events, &why);
            }
            // Servers close what is idle for too long: that is no trouble, unless it happens to the next one too.
            StreamEvent::End if self.is_idle() && self.failures == 0 => {
                net.streams.abort(events, id);
                self.state = State::Idle;
                self.known = [false; SCRIPTS.len()];
                self.failures = 1;
                self.connect(net, events);
            }
            StreamEvent::End => self.fail(net, events, "it has closed the connection"),
            StreamEvent::TimedOut(_) | StreamEvent::Drained | StreamEvent::Accepted(_) => {}
        }
    }

    fn read(&mut self, net: &mut Net, events: &mut EventLoop, id: StreamId) {
        while self.is_of(id) {
            match decode(net.streams.input(id), LONGEST_REPLY) {
                Ok(None) => return,
                Ok(Some((reply, used))) => {
                    net.streams.consume(events, id, used);
                    self.is_late = false;
                    match self.state {
                        State::Greeting(_, left) => self.greeted(net, events, (id, left), &reply),
                        _ => self.answered(net, events, id, reply),
                    }
                }
                Err(malformed) => self.fail(net, events, &malformed.to_string()),
            }
        }
    }

    fn greeted(
        &mut self,
        net: &mut Net,
        events: &mut EventLoop,
        (id, left): (StreamId, usize),
        reply: &Reply,
    ) {
        if let Reply::Error(error) = reply {
            let why = refusal(error, self.of);
            return self.fail(net, events, &why);
        }
        if left > 1 {
            self.state = State::Greeting(id, left - 1);
            return;
        }
        self.state = State::Ready(id);
        if !self.told.is_empty() {
            self.told.clear();
            let address = self.location.to_string();
            log::event(
                Level::Info,
                &format!("{} is there again", self.of.what),
                &[("redis", &address)],
            );
        }
        for question in std::mem::take(&mut self.unsent) {
            self.send(net, events, id, question);
        }
        self.arm(events);
    }

    fn answered(&mut self, net: &mut Net, events: &mut EventLoop, id: StreamId, reply: Reply) {
        let Some(question) = self.sent.pop_front() else {
            return self.fail(net, events, "it answers what nobody has asked");
        };
        let Reply::Error(error) = &reply else {
            self.failures = 0;
            return self.settle(net, &question, Some(reply));
        };
        match code(error) {
            // It was started anew, or somebody has emptied its scripts.
            b"NOSCRIPT" if !question.is_whole => {
                if let Some(known) = self.known.get_mut(question.command.script() as usize) {
                    *known = false;
                }
                self.send(net, events, id, question);
            }
            // Another connection may find another server behind the same name.
            b"READONLY" | b"LOADING" | b"MASTERDOWN" | b"NOAUTH" => {
                let why = refusal(error, self.of);
                self.sent.push_front(question);
                self.fail(net, events, &why);
            }
            _ => {
                self.tell_trouble(error);
                self.settle(net, &question, None);
            }
        }
    }

    fn settle(&mut self, net: &mut Net, question: &Question, reply: Option<Reply>) {
        self.bytes -= question.command.bytes();
        if let Some(key) = question.key {
            net.replies.insert(key, reply);
            net.woken.push(key);
        }
    }

    /// The connection is of no use any more, or none came about.
    fn fail(&mut self, net: &mut Net, events: &mut EventLoop, why: &str) {
        if let Some(id) = self.stream() {
            net.streams.abort(events, id);
        }
        if let State::LookingUp(id) = self.state {
            net.resolver.cancel(events, id);
        }
        self.state = State::Away;
        self.known = [false; SCRIPTS.len()];
        self.is_late = false;
        if !self.told.iter().any(|told| told == why) {
            let address = self.location.to_string();
            log::event(
                Level::Warning,
                &format!(
                    "{} is away; until it is back, {}",
                    self.of.what, self.of.meanwhile
                ),
                &[("redis", &address), ("reason", why)],
            );
            if self.told.len() < 8 {
                self.told.push(why.to_owned());
            }
        }
        let now = Instant::now();
        let sent = std::mem::take(&mut self.sent);
        let unsent = std::mem::take(&mut self.unsent);
        for question in sent.into_iter().chain(unsent) {
            if question.until.is_some_and(|until| until > now) {
                self.unsent.push_back(question);
            } else {
                self.settle(net, &question, None);
            }
        }
        if let Some(timer) = self.timer.take() {
            events.cancel_timer(timer);
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(10));
        // Workers do not come back all at once.
        let own = Duration::from_millis(u64::from(std::process::id() % 32));
        self.failures += 1;
        self.timer = Some(events.set_timer(now + pause.min(LONGEST_PAUSE) + own, self.token(0)));
    }

    /// A server that is there can't do what it is asked.
    fn tell_trouble(&mut self, error: &[u8]) {
        let now = Instant::now();
        let code = code(error);
        let is_told = self
            .told_trouble
            .as_ref()
            .is_some_and(|(told, at)| told == code && now < *at + TELL_AGAIN);
        if is_told {
            return;
        }
        self.told_trouble = Some((code.to_vec(), now));
        let (address, why) = (self.location.to_string(), refusal(error, self.of));
        log::event(
            Level::Warning,
            &format!("{} can't do what it is asked", self.of.what),
            &[("redis", &address), ("reason", &why)],
        );
    }

    /// When the server has been silent for too long.
    fn deadline(&self) -> Option<Instant> {
        let since = match self.state {
            State::Idle | State::Away => return None,
            State::LookingUp(_) | State::Connecting(_) | State::Greeting(..) => self.since,
            State::Ready(_) => self.sent.front()?.since,
        };
        Some(since + self.location.timeout())
    }

    const fn token(&self, kind: u64) -> Token {
        Token::new(owner::REDIS_TIMER, kind | self.number as u64)
    }

    /// Sets the timer where none is set. It is left set when the server answers, and looks again then.
    fn arm(&mut self, events: &mut EventLoop) {
        if self.timer.is_none()
            && let Some(deadline) = self.deadline()
        {
            self.timer = Some(events.set_timer(deadline, self.token(0)));
        }
    }

    pub(super) fn timer_rang(&mut self, net: &mut Net, events: &mut EventLoop) {
        self.timer = None;
        if self.state == State::Away {
            self.state = State::Idle;
            let now = Instant::now();
            let unsent = std::mem::take(&mut self.unsent);
            for question in unsent {
                if question.until.is_some_and(|until| until > now) {
                    self.unsent.push_back(question);
                } else {
                    self.settle(net, &question, None);
                }
            }
            return self.connect(net, events);
        }
        let is_over = self
            .deadline()
            .is_some_and(|deadline| deadline <= Instant::now());
        if !is_over {
            self.is_late = false;
            return self.arm(events);
        }
        if self.is_late {
            return self.fail(net, events, "it does not answer in time");
        }
        self.is_late = true;
        self.timer = Some(events.set_timer(Instant::now() + GRACE, self.token(0)));
    }

    /// Renews a claim until it is [`Self::release`]d.
    pub(crate) fn hold(&mut self, events: &mut EventLoop, number: u64, claim: Claim) {
        self.claims.insert(number, claim);
        self.set_renewal(events);
    }

    pub(crate) fn release(&mut self, number: u64) {
        self.claims.remove(&number);
    }

    fn set_renewal(&mut self, events: &mut EventLoop) {
        if self.renewal.is_none() && !self.claims.is_empty() {
            let at = Instant::now() + self.location.lease() / 3;
            self.renewal = Some(events.set_timer(at, self.token(RENEW)));
        }
    }

    pub(super) fn renew(&mut self, net: &mut Net, events: &mut EventLoop) {
        self.renewal = None;
        let lease = self.location.lease();
        let claims: Vec<Rc<Command>> = self
            .claims
            .values()
            .map(|claim| Rc::new(claim.renew(lease)))
            .collect();
        for command in claims {
            // One that is not said now is said the next time.
            if matches!(self.state, State::Ready(_)) {
                self.put(net, events, command, None, None);
            }
        }
        self.set_renewal(events);
    }
}

/// The first word of an error.
fn code(error: &[u8]) -> &[u8] {
    let end = error.iter().position(|byte| *byte == b' ');
    error.get(..end.unwrap_or(error.len())).unwrap_or(error)
}

/// What an error means and what to do. The server's own words are left out where they may repeat what it was sent.
fn refusal(error: &[u8], of: &Use) -> String {
    let code = code(error);
    let setting = of.setting;
    let known = match code {
        b"NOAUTH" => format!("it wants a password: {setting} 'redis://:PASSWORD@HOST'"),
        b"WRONGPASS" => format!("it refuses user or password: correct them in {setting}"),
        b"NOPERM" => format!(
            "the user may not do what is needed: allow the prefix of {setting} and {}",
            of.commands
        ),
        b"OOM" => {
            "it is full: raise its maxmemory, or have it evict keys (maxmemory-policy volatile-ttl)"
                .into()
        }
        b"READONLY" => format!("it is a replica: {setting} must name the primary"),
        b"LOADING" => "it is loading its data".into(),
        b"MISCONF" => "it refuses writes since it can't save its data".into(),
        b"DENIED" => "its protected mode refuses other machines: give it a password".into(),
        b"BUSY" => "another script keeps it busy".into(),
        _ => String::new(),
    };
    let code: String = String::from_utf8_lossy(code)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(32)
        .collect();
    if known.is_empty() {
        // A server without a password, or one that is older than users, says so with a plain error.
        format!(
            "it refuses what it is told ({code}): check user, password, database and permissions in {setting}"
        )
    } else {
        format!("{known} ({code})")
    }
}
