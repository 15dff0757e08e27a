//! Drives the real program in folders of its own: the command line contract, bad input, and how it behaves beside
//! other programs. Nothing here sleeps: every wait is for a line of output or for a process to end.

#[cfg(test)]
mod advice;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod contract;
#[cfg(all(test, feature = "demo"))]
mod demo;
#[cfg(test)]
mod device;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod exercises;
#[cfg(test)]
mod files;
#[cfg(test)]
mod help;
#[cfg(test)]
mod language;
#[cfg(test)]
mod learn;
#[cfg(test)]
mod measures;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod process;
#[cfg(test)]
mod records;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod today;
#[cfg(test)]
mod trend;
#[cfg(test)]
mod unusual;
#[cfg(test)]
mod watch;
