//! x

pub mod catalogue;
pub mod exercise;
