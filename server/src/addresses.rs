//! What each address may do: so many connections at once, so many requests, so many logins.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use lissom_protocol::limits::MAILBOX_SECONDS;

use crate::config::{Config, Network};
use crate::rates::{Rates, TooMany};

/// Counts by address; whoever can have many addresses of one IPv6 /64 counts once.
pub(crate) struct Addresses {
    max: usize,
    trusted: Vec<Network>,
    counts: Mutex<HashMap<Key, usize>>,
    requests: Rates<Key>,
    logins: Rates<Key>,
    mailboxes: Rates<Key>,
}

/// Whom a request is counted for; nobody, if it comes from this machine or from a proxy that names no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client(Option<Key>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    V4(Ipv4Addr),
    V6Network([u16; 4]),
}

/// One place among an address's; given back when it is dropped.
pub(crate) struct Slot {
    counted: Option<(Arc<Addresses>, Key)>,
}

/// All places of an address are taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Addresses {
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Self::limited(config.connections_per_address, &config.trusted_proxies, config)
    }

    /// For a listener that only the operator reaches.
    pub(crate) fn uncounted(max: usize) -> Arc<Self> {
        Self::limited(
            max,
            &[],
            &Config { address_requests: 0, address_logins: 0, address_mailboxes: 0, ..Config::default() },
        )
    }

    /// A client that has used up its allowance.
    #[cfg(test)]
    pub(crate) fn used_up() -> (Client, Arc<Self>) {
        let addresses = Self::limited(1, &[], &Config { address_requests: 1, address_burst: 1, ..Config::default() });
        let client = addresses.client(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        addresses.request(client).unwrap();
        (client, addresses)
    }

    fn limited(max: usize, trusted: &[Network], config: &Config) -> Arc<Self> {
        Arc::new(Self {
            max,
            trusted: trusted.to_vec(),
            counts: Mutex::new(HashMap::new()),
            requests: Rates::new(config.address_requests, Duration::from_secs(1), config.address_burst),
            logins: Rates::new(config.address_logins, Duration::from_mins(1), config.address_logins),
            mailboxes: Rates::new(
                config.address_mailboxes,
                Duration::from_secs(MAILBOX_SECONDS),
                config.address_mailboxes,
            ),
        })
    }

    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Whom this address is counted as.
    pub(crate) fn client(&self, address: IpAddr) -> Client {
        let address = address.to_canonical();
        if address.is_loopback() || self.is_trusted(address) {
            return Client(None);
        }
        Client(Some(match address {
            IpAddr::V4(address) => Key::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Key::V6Network([a, b, c, d])
            }
        }))
    }

    /// The client that a trusted proxy names: the last address in `X-Forwarded-For` that is not a trusted proxy
    /// itself. Everything before it could be the client's invention.
    pub(crate) fn forwarded(&self, headers: &HeaderMap) -> Client {
        // Name by name: what a client put in front, be it no text at all, takes nothing from what the proxy wrote after it.
        let lines = headers.get_all(FORWARDED_FOR).iter();
        let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        let named = names.map(|name| parse(str::from_utf8(name).ok()?.trim())).collect::<Vec<_>>();
        match named.into_iter().rev().find(|named| !named.is_some_and(|address| self.is_trusted(address))) {
            Some(Some(client)) => self.client(client),
            // Nothing is named, or something that is no address: the proxy answers for its clients then.
            _ => Client(None),
        }
    }

    /// A place for one more connection, or for one more request of a proxy's client.
    pub(crate) fn place(self: &Arc<Self>, client: Client) -> Result<Slot, Full> {
        let Client(Some(key)) = client else { return Ok(Slot { counted: None }) };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_insert(0);
        if *count >= self.max {
            return Err(Full);
        }
        *count = count.saturating_add(1);
        Ok(Slot { counted: Some((Arc::clone(self), key)) })
    }

    /// Takes one request of a client's allowance.
    pub(crate) fn request(&self, client: Client) -> Result<(), TooMany> {
        client.0.map_or(Ok(()), |key| self.requests.take(key))
    }

    /// Takes one login of a client's allowance.
    pub(crate) fn login(&self, client: Client) -> Result<(), TooMany> {
        client.0.map_or(Ok(()), |key| self.logins.take(key))
    }

    /// Takes one mailbox of a client's allowance.
    pub(crate) fn mailbox(&self, client: Client) -> Result<(), TooMany> {
        client.0.map_or(Ok(()), |key| self.mailboxes.take(key))
    }
}

/// Header in which a proxy names its client.
pub(crate) const FORWARDED_FOR: &str = "x-forwarded-for";

fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip())).ok()
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

    fn addresses(max: usize, trusted: &[&str]) -> Arc<Addresses> {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        Addresses::limited(max, &trusted, &Config { address_logins: 2, ..Config::default() })
    }

    fn take(addresses: &Arc<Addresses>, text: &str) -> Result<Slot, Full> {
        addresses.place(addresses.client(ip(text)))
    }

    fn forwarded(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (FORWARDED_FOR.parse().unwrap(), line.parse().unwrap())).collect()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let addresses = addresses(2, &[]);
        let first = take(&addresses, "192.0.2.1").unwrap();
        let _second = take(&addresses, "::ffff:192.0.2.1").unwrap();
        assert!(take(&addresses, "192.0.2.1").is_err());
        let _other = take(&addresses, "192.0.2.2").unwrap();
        drop(first);
        let _third = take(&addresses, "192.0.2.1").unwrap();
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let addresses = addresses(1, &[]);
        let _one = take(&addresses, "2001:db8::1").unwrap();
        assert!(take(&addresses, "2001:db8::2").is_err());
        assert!(take(&addresses, "2001:db8:0:1::1").is_ok());
        for text in ["2001:db8::3", "2001:db8::4"] {
            assert_eq!(addresses.login(addresses.client(ip(text))), Ok(()));
        }
        let more = addresses.login(addresses.client(ip("2001:db8::5")));
        assert!(more.is_err_and(|wait| (1..=31).contains(&wait.seconds())), "two a minute, and they are used up");
        assert_eq!(addresses.login(addresses.client(ip("2001:db8:0:1::1"))), Ok(()));
    }

    #[test]
    fn loopback_and_trusted_proxies_are_not_counted() {
        let addresses = addresses(1, &["192.0.2.8/31"]);
        let _held: Vec<Slot> = ["127.0.0.1", "127.0.0.1", "::1", "::1", "192.0.2.8", "192.0.2.9"]
            .into_iter()
            .map(|text| take(&addresses, text).unwrap())
            .collect();
        assert!(addresses.counts.lock().unwrap().is_empty());
        assert!((0..10).all(|_| addresses.login(addresses.client(ip("127.0.0.1"))).is_ok()));
    }

    #[test]
    fn only_the_last_address_before_the_proxies_is_believed() {
        let addresses = addresses(1, &["192.0.2.9", "192.0.2.8"]);
        let place = |lines: &[&str]| addresses.place(addresses.forwarded(&forwarded(lines)));
        let _held = place(&["198.51.100.1, 203.0.113.5", "192.0.2.8"]).unwrap();
        assert!(place(&["198.51.100.7, 203.0.113.5:4711"]).is_err());
        assert!(place(&["[2001:db8::1]"]).is_ok_and(|slot| slot.counted.is_some()));
        let mut raw = HeaderMap::new();
        raw.insert(FORWARDED_FOR, axum::http::HeaderValue::from_bytes(b"\x80, 203.0.113.5").unwrap());
        assert!(addresses.place(addresses.forwarded(&raw)).is_err(), "the client's bytes hide nobody");
        assert!(place(&["203.0.113.5, 198.51.100.1"]).is_ok());
        assert!(place(&[]).is_ok());
        assert!(place(&["unknown"]).is_ok());
    }
}
