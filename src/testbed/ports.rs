//! Ports that are free now.

use std::net::{Ipv4Addr, TcpListener};

use super::Error;

/// `N` different ports on 127.0.0.1 that nobody listens on. Another process may take one before it is used; whoever
/// asks must be ready to ask again.
pub fn free_ports<const N: usize>() -> Result<[u16; N], Error> {
    let mut listeners = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("finding a free port"))?;
        *port = listener
            .local_addr()
            .map_err(Error::io("finding a free port"))?
            .port();
        // Held until all are known, so that no port is given twice.
        listeners.push(listener);
    }
    Ok(ports)
}
