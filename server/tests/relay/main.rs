//! The real relay on a real socket of this machine. Nothing here sleeps: every wait is for an answer, with a
//! time limit on the socket.

#[cfg(test)]
mod allowances;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod configured;
#[cfg(test)]
mod device;
#[cfg(test)]
mod http;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod log;
#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod operating;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod owasp;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod power;
#[cfg(test)]
mod process;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod vaults;
#[cfg(test)]
mod watch;
