//! Log canary: things that nobody may ever read are planted, everything is set to say all that it can, and all that was
//! said is searched for them.

#[cfg(test)]
mod inside;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod wire;
