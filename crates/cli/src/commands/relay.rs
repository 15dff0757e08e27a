//! `relay`: show or change the relay.

use clap::Args;
use lissom_diary::{Error, RelayUrl};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::texts::relay as words;

/// Show the relay, or choose another one
#[derive(Debug, Args)]
#[command(after_help = "\
Whatever the new relay lacks goes up at the next sync.

Examples:
  lissom relay                        show it
  lissom relay https://relay.example.org --invite 3kq9…
  lissom relay http://127.0.0.1:8460  on this machine, no TLS needed")]
pub(crate) struct Relay {
    /// Address of the relay
    #[arg(value_name = "URL")]
    url: Option<String>,
    /// Invite from whoever runs the relay
    #[arg(long, value_name = "TOKEN")]
    invite: Option<String>,
    /// Allow a relay without TLS that is not on this machine
    #[arg(long)]
    insecure: bool,
}

#[derive(Serialize)]
struct Chosen<'a> {
    relay: Option<&'a str>,
}

impl Relay {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let present = diary.relay()?;
        if self.url.is_none() && self.invite.is_none() {
            let relay = present.as_ref().map(RelayUrl::as_str);
            return context.out.show(&Chosen { relay }, || match relay {
                Some(relay) => relay.to_owned(),
                None => words::NONE.say(context.lang()),
            });
        }
        let (url, insecure) = match (self.url, &present) {
            (Some(url), _) => (url, self.insecure),
            // An invite for the relay that is set already, whose address was accepted then.
            (None, Some(url)) => (url.as_str().to_owned(), true),
            (None, None) => return Err(Error::NoRelay.into()),
        };
        let relay = diary.set_relay(&url, self.invite.as_deref(), insecure)?;
        let chosen = Chosen { relay: Some(relay.as_str()) };
        context.out.saved().answer(&chosen, || words::CHOSEN.with("relay", relay.as_str()))
    }
}
