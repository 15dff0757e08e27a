//! Around the exercises: cards to read, movement breaks, the desk, and calming scripts.
//!
//! [`card`]s tell what is known, with sources. [`pause`] says when to get up from the chair, [`desk`] checks what one
//! sits at, and [`script`] lays out breathing, body scan and muscle relaxation second by second, so that any host can
//! play them. Nothing here proposes a dose or decides who may do what.

pub mod card;
pub mod desk;
pub mod pause;
#[cfg(test)]
mod readability;
pub mod script;
