//! How many connections each address has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

/// Counts connections by address; whoever can have many addresses of one IPv6 /64 counts once.
pub(super) struct Addresses {
    max: usize,
    trusted: Vec<IpAddr>,
    counts: Mutex<HashMap<Key, usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    V4(Ipv4Addr),
    V6Network([u16; 4]),
}

/// One place among an address's; given back when it is dropped.
pub(super) struct Slot {
    counted: Option<(Arc<Addresses>, Key)>,
}

/// All places of an address are taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Addresses {
    pub(super) fn new(max: usize, trusted: &[IpAddr]) -> Arc<Self> {
        let trusted = trusted.iter().map(IpAddr::to_canonical).collect();
        Arc::new(Self { max, trusted, counts: Mutex::new(HashMap::new()) })
    }

    pub(super) fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.contains(&address.to_canonical())
    }

    /// A place for one more from this address.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Slot, Full> {
        let address = address.to_canonical();
        if address.is_loopback() || self.is_trusted(address) {
            return Ok(Slot { counted: None });
        }
        let key = match address {
            IpAddr::V4(address) => Key::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Key::V6Network([a, b, c, d])
            }
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_insert(0);
        if *count >= self.max {
            return Err(Full);
        }
        *count = count.saturating_add(1);
        Ok(Slot { counted: Some((Arc::clone(self), key)) })
    }

    /// A place for the client that a trusted proxy names: the last address in `X-Forwarded-For` that is not a
    /// trusted proxy itself. Everything before it could be the client's invention.
    pub(super) fn take_forwarded(self: &Arc<Self>, headers: &HeaderMap) -> Result<Slot, Full> {
        let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named = lines.flat_map(|line| line.split(',')).map(|text| parse(text.trim())).collect::<Vec<_>>();
        match named.into_iter().rev().find(|named| !named.is_some_and(|address| self.is_trusted(address))) {
            Some(Some(client)) => self.take(client),
            // Nothing is named, or something that is no address: the proxy answers for its clients then.
            _ => Ok(Slot { counted: None }),
        }
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    text.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip())).ok()
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some((addresses, key)) = self.counted.take() else { return };
        let mut counts = addresses.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap())).collect()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let addresses = Addresses::new(2, &[]);
        let first = addresses.take(ip("192.0.2.1")).unwrap();
        let _second = addresses.take(ip("::ffff:192.0.2.1")).unwrap();
        assert!(addresses.take(ip("192.0.2.1")).is_err());
        let _other = addresses.take(ip("192.0.2.2")).unwrap();
        drop(first);
        let _third = addresses.take(ip("192.0.2.1")).unwrap();
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let addresses = Addresses::new(1, &[]);
        let _one = addresses.take(ip("2001:db8::1")).unwrap();
        assert!(addresses.take(ip("2001:db8::2")).is_err());
        assert!(addresses.take(ip("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn loopback_and_trusted_proxies_are_not_counted() {
        let addresses = Addresses::new(1, &[ip("192.0.2.9")]);
        let _held: Vec<Slot> = ["127.0.0.1", "127.0.0.1", "::1", "::1", "192.0.2.9", "192.0.2.9"]
            .into_iter()
            .map(|address| addresses.take(ip(address)).unwrap())
            .collect();
        assert!(addresses.counts.lock().unwrap().is_empty());
    }

    #[test]
    fn only_the_last_address_before_the_proxies_is_believed() {
        let addresses = Addresses::new(1, &[ip("192.0.2.9"), ip("192.0.2.8")]);
        let client = forwarded(&["198.51.100.1, 203.0.113.5", "192.0.2.8"]);
        let _held = addresses.take_forwarded(&client).unwrap();
        assert!(addresses.take_forwarded(&forwarded(&["198.51.100.7, 203.0.113.5:4711"])).is_err());
        assert!(addresses.take_forwarded(&forwarded(&["203.0.113.5, 198.51.100.1"])).is_ok());
        assert!(addresses.take_forwarded(&forwarded(&[])).is_ok());
        assert!(addresses.take_forwarded(&forwarded(&["unknown"])).is_ok());
    }
}
