//! Invites: the token for programs, and for people a link with its QR code.

use lissom_relay::config::Config;
use lissom_relay::qr;
use lissom_relay::store::{Database, unix_seconds};

use super::failure::Failure;
use super::units::Expiry;
use super::{complain, say};

/// How an invite is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The token alone.
    Token,
    /// The token, and the link with its code.
    Code,
}

pub(crate) fn invite(config: &Config, uses: u32, expires: Expiry, shown: Shown) -> Result<(), Failure> {
    let expires_at = expires.0.map(|seconds| unix_seconds().saturating_add(seconds));
    let token = Database::configured(config)?.make_invite(uses, expires_at)?;
    say(&token);
    if shown == Shown::Code {
        let url = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
        show(&url, &token);
    }
    Ok(())
}

/// The link, what to type, and the code; on stderr, so that whoever reads the token from stdout gets nothing else.
///
/// The token stands behind the #: opened in a browser, the link shows the relay's own page, and the token is sent to
/// nobody.
pub(crate) fn show(url: &str, token: &str) {
    let link = format!("{url}/#invite={token}");
    complain(qr::terminal(&link));
    complain(format_args!("invite  {link}\n        lissom relay {url} --invite {token} && lissom sync"));
}
