//! The rules of the client against a relay and a store of a few lines each.

mod foreign;
mod harness;
mod heal;
mod pull;
mod push;
mod run;
