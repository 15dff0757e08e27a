//! Something between device and relay that writes down what passes, to learn the tokens and to read the problems.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::planted::Planted;

/// Everything that passed, in each direction.
#[derive(Default, Clone)]
pub(crate) struct Wire {
    up: Arc<Mutex<Vec<u8>>>,
    down: Arc<Mutex<Vec<u8>>>,
}

/// Carries bytes on and writes them down.
fn carry(mut from: TcpStream, mut to: TcpStream, written: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        written.lock().unwrap().extend_from_slice(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // The other side may be gone already.
    drop(to.shutdown(Shutdown::Write));
}

impl Wire {
    /// Listens, and carries to the relay; gives the address.
    pub(crate) fn to(&self, relay: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = self.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(relay) else { continue };
                let (up, down) = (wire.up.clone(), wire.down.clone());
                let (client_back, server_back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || carry(client, server, &up));
                std::thread::spawn(move || carry(server_back, client_back, &down));
            }
        });
        address
    }

    /// Plants the tokens, challenges and signatures that passed.
    pub(crate) fn plant(&self, planted: &mut Planted) -> usize {
        let up = String::from_utf8_lossy(&self.up.lock().unwrap()).into_owned();
        let down = String::from_utf8_lossy(&self.down.lock().unwrap()).into_owned();
        let mut count = 0;
        let ends: &[char] = &['"', '\r', '\n', ' '];
        for (what, text, begin) in [
            ("a token", &up, "Bearer "),
            ("a token", &down, "\"token\":\""),
            ("a challenge", &down, "\"challenge\":\""),
            ("a signature", &up, "\"signature\":\""),
        ] {
            for part in text.split(begin).skip(1).filter_map(|rest| rest.split(ends).next()) {
                planted.text(what, part);
                count += 1;
            }
        }
        count
    }

    /// The bodies of all problems that passed.
    pub(crate) fn problems(&self) -> Vec<String> {
        let down = String::from_utf8_lossy(&self.down.lock().unwrap()).into_owned();
        let answers = down.split("HTTP/1.1 ").filter(|answer| answer.contains("application/problem+json"));
        answers.map(ToOwned::to_owned).collect()
    }
}
