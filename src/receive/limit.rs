//! How much one sender may send. An address is never kept: what is counted is its HMAC under a key that is drawn at the
//! start and every day, known to this process alone, and forgotten with it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::problem::{Problem, Result};

/// Senders that are remembered at a time; those who have been quiet for longest in turn make room.
const SENDERS: usize = 100_000;
const DAY: Duration = Duration::from_secs(86_400);

/// A bucket per sender that fills up at a steady pace (a token bucket).
pub struct Limiter {
    key: [u8; 32],
    drawn: Instant,
    /// Submissions that may come at once.
    burst: f64,
    /// Submissions a second.
    pace: f64,
    senders: HashMap<[u8; 16], Bucket>,
}

struct Bucket {
    left: f64,
    seen: Instant,
}

impl Limiter {
    /// `per_minute` submissions a minute, and as many at once.
    ///
    /// # Errors
    /// Failed when the system gives no randomness.
    pub fn new(per_minute: u32, now: Instant) -> Result<Limiter> {
        let burst = f64::from(per_minute);
        Ok(Limiter { key: draw()?, drawn: now, burst, pace: burst / 60.0, senders: HashMap::new() })
    }

    /// Counts one from `address`; else how many seconds to wait.
    ///
    /// # Errors
    /// The seconds, at least one.
    pub fn take(&mut self, address: IpAddr, now: Instant) -> std::result::Result<(), u64> {
        if now.saturating_duration_since(self.drawn) >= DAY
            && let Ok(key) = draw()
        {
            (self.key, self.drawn) = (key, now);
            self.senders.clear();
        }
        if self.senders.len() >= SENDERS {
            // Whoever's bucket is full again needs no entry. If all are busy, they all start anew.
            let (burst, pace) = (self.burst, self.pace);
            self.senders.retain(|_, bucket| bucket.level(burst, pace, now) < burst);
            if self.senders.len() >= SENDERS {
                self.senders.clear();
            }
        }
        let mark = self.mark(address);
        let (burst, pace) = (self.burst, self.pace);
        let bucket = self.senders.entry(mark).or_insert(Bucket { left: burst, seen: now });
        let level = bucket.level(burst, pace, now);
        (bucket.left, bucket.seen) = (level, now);
        if level < 1.0 {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few seconds, never negative"
            )]
            return Err(((1.0 - level) / pace).ceil().max(1.0) as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }

    /// Of the address, or of the network of one household where it is of version 6.
    fn mark(&self, address: IpAddr) -> [u8; 16] {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("any length is a key"));
        mac.update(&bytes);
        let sum = mac.finalize().into_bytes();
        std::array::from_fn(|at| sum[at])
    }
}

impl Bucket {
    fn level(&self, burst: f64, pace: f64, now: Instant) -> f64 {
        (self.left + now.saturating_duration_since(self.seen).as_secs_f64() * pace).min(burst)
    }
}

fn draw() -> Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| Problem::failed(format!("the system gives no randomness: {error}")))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn c41_a_sender_may_send_so_much_and_waits_for_more() {
        let start = Instant::now();
        let mut limiter = Limiter::new(6, start).expect("randomness");
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        for _ in 0..6 {
            assert_eq!(limiter.take(ip("192.0.2.1"), start), Ok(()));
        }
        // Six a minute are one in ten seconds.
        assert_eq!(limiter.take(ip("192.0.2.1"), start), Err(10));
        assert_eq!(limiter.take(ip("192.0.2.1"), at(4)), Err(6));
        // Others are not touched; the same address in the clothes of version 6 is the same, as is its whole network.
        assert_eq!(limiter.take(ip("192.0.2.2"), start), Ok(()));
        assert_eq!(limiter.take(ip("::ffff:192.0.2.1"), at(4)), Err(6));
        assert_eq!(limiter.take(ip("192.0.2.1"), at(10)), Ok(()));
        for _ in 0..6 {
            assert_eq!(limiter.take(ip("2001:db8:1:2::1"), start), Ok(()));
        }
        assert_eq!(limiter.take(ip("2001:db8:1:2:ffff::9"), start), Err(10));
        assert_eq!(limiter.take(ip("2001:db8:1:3::1"), start), Ok(()));
    }

    #[test]
    fn c41_many_senders_need_no_endless_room() {
        let start = Instant::now();
        let mut limiter = Limiter::new(60, start).expect("randomness");
        for number in 0..150_000_u32 {
            let _ = limiter.take(IpAddr::V4(number.into()), start);
        }
        assert!(limiter.senders.len() <= SENDERS);
    }
}
