//! What is asked of the server. Each question is one script, so nothing of another worker comes between its steps.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::resp::{Reply, encode};
use crate::digest::{DIGEST_BYTES, Digest, Hasher};
use crate::{Begun, Contents, Rate};

/// A script, by its place in [`SCRIPTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Takes a token from each of several buckets, or from none; or gives back.
    Take,
    /// Gives what is kept under a key, or keeps a claim there.
    Begin,
    /// Puts an answer, or nothing, or the claim once more, in the place of a claim.
    End,
    /// Gives a session.
    LoadSession,
    /// Makes a session, or changes one that is there.
    SaveSession,
    /// Makes a value of a session another one, if it still is what it was.
    UpdateSession,
    /// Ends a session.
    EndSession,
}

/// The text of each script.
pub const SCRIPTS: [&str; 7] = [
    // Buckets hold the microsecond at which they are full, as the table in shared memory does. What is in none of them is
    // full, so a key needs to live no longer than that. A moment that is too far off (the server's clock was set) is cut.
    "local time = redis.call('TIME')\n\
     local now = time[1] * 1000000 + time[2]\n\
     local tokens = tonumber(ARGV[1])\n\
     local full, wait = {}, 0\n\
     for i, key in ipairs(KEYS) do\n\
     local interval, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])\n\
     local at = tonumber(redis.call('GET', key) or now) or now\n\
     at = math.min(math.max(at, now), now + period) + tokens * interval\n\
     wait = math.max(wait, at - now - period)\n\
     full[i] = at\n\
     end\n\
     if wait > 0 then return math.ceil(wait) end\n\
     for i, key in ipairs(KEYS) do\n\
     local left = math.ceil((full[i] - now) / 1000)\n\
     if left > 0 then redis.call('SET', key, string.format('%.3f', full[i]), 'PX', left)\n\
     else redis.call('DEL', key) end\n\
     end\n\
     return 0",
    "local kept = redis.call('GET', KEYS[1])\n\
     if kept then return kept end\n\
     redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n\
     return false",
    // Where the key is gone (the server was started anew) nobody else is at it either.
    "local kept = redis.call('GET', KEYS[1])\n\
     if kept and kept ~= ARGV[1] then return 0 end\n\
     if ARGV[2] == '' then redis.call('DEL', KEYS[1])\n\
     else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end\n\
     return 1",
    // What is no hash, has no beginning or is too long is answered with nothing at all: somebody else has written it.
    "local all = redis.pcall('HGETALL', KEYS[1])\n\
     if all.err then return '' end\n\
     if #all == 0 then return false end\n\
     local time = redis.call('TIME')\n\
     local now = time[1] * 1000 + math.floor(time[2] / 1000)\n\
     local created = tonumber(redis.call('HGET', KEYS[1], '@') or '')\n\
     if not created then return '' end\n\
     local left = math.min(tonumber(ARGV[1]), created + tonumber(ARGV[2]) - now)\n\
     if left <= 0 then redis.call('DEL', KEYS[1]) return false end\n\
     local before = redis.call('PTTL', KEYS[1])\n\
     redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))\n\
     local out, size = {before >= 0 and left - before >= tonumber(ARGV[3]) and '1' or '0'}, 0\n\
     for _, part in ipairs(all) do\n\
     size = size + #part\n\
     if size > 4194304 then return '' end\n\
     out[#out + 1] = #part .. ':' .. part\n\
     end\n\
     return table.concat(out)",
    "local time = redis.call('TIME')\n\
     local now = time[1] * 1000 + math.floor(time[2] / 1000)\n\
     local key = KEYS[2]\n\
     local created\n\
     if ARGV[3] == '0' then\n\
     created = tonumber(redis.call('HGET', KEYS[1], '@') or '')\n\
     if not created then return 0 end\n\
     if KEYS[1] ~= key then redis.call('RENAME', KEYS[1], key) created = now end\n\
     if ARGV[4] == '1' then redis.call('DEL', key) end\n\
     else\n\
     redis.call('DEL', key)\n\
     created = now\n\
     end\n\
     redis.call('HSET', key, '@', string.format('%.0f', created))\n\
     for i = 5, #ARGV, 2 do\n\
     if ARGV[i + 1] == '-' then redis.call('HDEL', key, ARGV[i])\n\
     else redis.call('HSET', key, ARGV[i], string.sub(ARGV[i + 1], 2)) end\n\
     end\n\
     local left = math.min(tonumber(ARGV[1]), created + tonumber(ARGV[2]) - now)\n\
     redis.call('PEXPIRE', key, string.format('%.0f', math.max(left, 1)))\n\
     return 1",
    "local time = redis.call('TIME')\n\
     local now = time[1] * 1000 + math.floor(time[2] / 1000)\n\
     local created = tonumber(redis.call('HGET', KEYS[1], '@') or '')\n\
     if not created then return 0 end\n\
     local kept = redis.call('HGET', KEYS[1], ARGV[3])\n\
     kept = kept and '+' .. kept or '-'\n\
     if kept ~= ARGV[4] then return kept end\n\
     if ARGV[5] == '-' then redis.call('HDEL', KEYS[1], ARGV[3])\n\
     else redis.call('HSET', KEYS[1], ARGV[3], string.sub(ARGV[5], 2)) end\n\
     local left = math.min(tonumber(ARGV[1]), created + tonumber(ARGV[2]) - now)\n\
     redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(left, 1)))\n\
     return 1",
    "return redis.call('DEL', KEYS[1])",
];

impl Script {
    const fn text(self) -> &'static str {
        SCRIPTS[self as usize]
    }

    /// What the server knows it by.
    fn digest(self) -> String {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.text().as_bytes());
        digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    script: Script,
    keys: Vec<Vec<u8>>,
    arguments: Vec<Vec<u8>>,
}

impl Command {
    pub(super) const fn new(script: Script, keys: Vec<Vec<u8>>, arguments: Vec<Vec<u8>>) -> Self {
        Self {
            script,
            keys,
            arguments,
        }
    }

    /// Its script.
    #[must_use]
    pub const fn script(&self) -> Script {
        self.script
    }

    /// About how many bytes it has, the script apart.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let words = self.keys.iter().chain(&self.arguments);
        words.map(|word| word.len() + 16).sum::<usize>() + 96
    }

    /// Appends it as it is sent: the script itself, or the name that the server knows it by once it has seen it.
    pub fn encode(&self, out: &mut Vec<u8>, is_known: bool) {
        let digest;
        let (verb, script): (&[u8], &[u8]) = if is_known {
            digest = self.script.digest();
            (b"EVALSHA", digest.as_bytes())
        } else {
            (b"EVAL", self.script.text().as_bytes())
        };
        let count = self.keys.len().to_string();
        let mut words = vec![verb, script, count.as_bytes()];
        words.extend(self.keys.iter().chain(&self.arguments).map(Vec::as_slice));
        encode(out, words);
    }
}

/// A bucket of a client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// From [`Keys::bucket`].
    pub key: Vec<u8>,
    /// How many calls.
    pub rate: Rate,
}

impl Bucket {
    /// Takes a token from each, if each has one.
    #[must_use]
    pub fn take(limits: &[Self]) -> Command {
        Self::change(limits, "1")
    }

    /// Gives back what was taken.
    #[must_use]
    pub fn give_back(limits: &[Self]) -> Command {
        Self::change(limits, "-1")
    }

    fn change(limits: &[Self], tokens: &str) -> Command {
        let mut arguments = vec![tokens.into()];
        for limit in limits {
            for nanos in [limit.rate.interval_nanos(), limit.rate.period_nanos()] {
                arguments.push(format!("{}.{:03}", nanos / 1000, nanos % 1000).into());
            }
        }
        Command {
            script: Script::Take,
            keys: limits.iter().map(|limit| limit.key.clone()).collect(),
            arguments,
        }
    }

    /// What the reply to [`Self::take`] says: how long until there is a token, where there was none. `None`: nothing.
    #[must_use]
    pub fn taken(reply: &Reply) -> Option<Result<(), Duration>> {
        match reply {
            Reply::Integer(0) => Some(Ok(())),
            Reply::Integer(micros) => u64::try_from(*micros)
                .ok()
                .map(|micros| Err(Duration::from_micros(micros))),
            _ => None,
        }
    }
}

/// The keys of one Api: their length does not depend on what a peer sends, and no other Api has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    prefix: String,
    version: String,
}

impl Keys {
    /// Keys that begin with `prefix`, or with what is made of the Api's title. Results are kept for one version only.
    #[must_use]
    pub fn new(prefix: Option<&str>, title: &str, version: &str) -> Self {
        let short = |text: &str| {
            let digest = Digest::of(text.as_bytes());
            URL_SAFE_NO_PAD.encode(digest.0.get(..9).unwrap_or_default())
        };
        Self {
            prefix: prefix.map_or_else(|| format!("kargo:{}", short(title)), str::to_owned),
            version: short(version),
        }
    }

    /// The bucket that `parts` name together.
    #[must_use]
    pub fn bucket(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut hasher = Hasher::new();
        for part in parts {
            hasher.part(part);
        }
        self.key("limit", &hasher.finish())
    }

    /// A cached result.
    #[must_use]
    pub fn result(&self, key: &Digest) -> Vec<u8> {
        self.key(&format!("result:{}", self.version), key)
    }

    /// An answer to an idempotent call.
    #[must_use]
    pub fn answer(&self, key: &Digest) -> Vec<u8> {
        self.key("answer", key)
    }

    fn key(&self, kind: &str, key: &Digest) -> Vec<u8> {
        format!("{}:{kind}:{}", self.prefix, URL_SAFE_NO_PAD.encode(key.0)).into_bytes()
    }
}

/// The right to make an answer, which nobody else has: a random number says whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    key: Vec<u8>,
    check: Digest,
    /// What is kept under the key meanwhile.
    mark: Vec<u8>,
}

/// What a kept value begins with; the digest follows that has to be the same when the key comes again.
const PENDING: u8 = b'P';
const DONE: u8 = b'D';
const LOST: u8 = b'L';

impl Claim {
    /// A claim that [`Self::begin`] asks for; `check` has to be the same when the key comes again. `None`: the system has
    /// no random numbers.
    #[must_use]
    pub fn new(key: Vec<u8>, check: Digest) -> Option<Self> {
        let mut number = [0; 16];
        SystemRandom::new().fill(&mut number).ok()?;
        let mark = [&[PENDING][..], &check.0, &number].concat();
        Some(Self { key, check, mark })
    }

    /// Asks for what is kept, or for the right to make it, which holds for `lease`.
    #[must_use]
    pub fn begin(&self, lease: Duration) -> Command {
        Command {
            script: Script::Begin,
            keys: vec![self.key.clone()],
            arguments: vec![self.mark.clone(), millis(lease)],
        }
    }

    /// What the reply to [`Self::begin`] says. `None`: nothing.
    #[must_use]
    pub fn begun(self, reply: Reply) -> Option<Begun<Self>> {
        let kept = match reply {
            Reply::Nothing => return Some(Begun::Mine(self)),
            Reply::Bytes(kept) => kept,
            _ => return None,
        };
        let (&state, rest) = kept.split_first()?;
        let (check, rest) = rest.split_at_checked(DIGEST_BYTES)?;
        if kept == self.mark {
            // The question was asked twice.
            return Some(Begun::Mine(self));
        }
        if check != self.check.0 {
            return Some(Begun::Mismatch);
        }
        match state {
            PENDING => Some(Begun::Busy),
            DONE => Some(Begun::Done(Contents::Kept(rest.to_vec()))),
            LOST => Some(Begun::Done(Contents::Lost)),
            _ => None,
        }
    }

    /// Holds it for another `lease`.
    #[must_use]
    pub fn renew(&self, lease: Duration) -> Command {
        self.end(self.mark.clone(), lease)
    }

    /// Keeps the answer for `time`.
    #[must_use]
    pub fn finish(&self, answer: &[u8], time: Duration) -> Command {
        self.end([&[DONE][..], &self.check.0, answer].concat(), time)
    }

    /// Keeps for `time` that there was an answer, which is too long to be kept.
    #[must_use]
    pub fn lose(&self, time: Duration) -> Command {
        self.end([&[LOST][..], &self.check.0].concat(), time)
    }

    /// There will be no answer.
    #[must_use]
    pub fn abandon(&self) -> Command {
        self.end(Vec::new(), Duration::ZERO)
    }

    fn end(&self, value: Vec<u8>, time: Duration) -> Command {
        Command {
            script: Script::End,
            keys: vec![self.key.clone()],
            arguments: vec![self.mark.clone(), value, millis(time)],
        }
    }
}

/// Whole milliseconds; the server knows no time to live of none.
pub(super) fn millis(time: Duration) -> Vec<u8> {
    time.as_millis().max(1).to_string().into()
}

#[cfg(test)]
mod tests;
