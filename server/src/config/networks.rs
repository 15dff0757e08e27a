//! Addresses of proxies: one, or a whole network.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address or a network of them: `10.0.0.2`, `172.16.0.0/12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether this address is in it. An IPv4 address that is written as IPv6 is one of IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.address.is_ipv4() == address.is_ipv4() && self.prefix(self.address) == self.prefix(address)
    }

    fn prefix(&self, address: IpAddr) -> Option<u128> {
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        bits.checked_shr(128_u32.saturating_sub(u32::from(self.bits)))
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some((address, bits)) = text.split_once('/') else {
            return text.parse::<IpAddr>().map(Self::from).map_err(|_| ());
        };
        let whole = Self::from(address.parse::<IpAddr>().map_err(|_| ())?);
        let bits = bits.parse().ok().filter(|bits| *bits <= whole.bits).ok_or(())?;
        Ok(Self { bits, ..whole })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::from(self.address) {
            return write!(f, "{}", self.address);
        }
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(holds("172.16.0.0/12", "172.31.255.1") && !holds("172.16.0.0/12", "172.32.0.1"));
        assert!(holds("10.0.0.2", "10.0.0.2") && !holds("10.0.0.2", "10.0.0.3"));
        assert!(holds("10.0.0.2", "::ffff:10.0.0.2"));
        assert!(holds("2001:db8::/32", "2001:db8:1::5") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.1/", "proxy"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        for good in ["10.0.0.2", "172.16.0.0/12", "2001:db8::/32", "::1"] {
            assert_eq!(good.parse::<Network>().unwrap().to_string(), good);
        }
    }
}
