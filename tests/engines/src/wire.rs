//! One request and its answer over a plain connection: enough to see a server speak its own protocol.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Long enough for a busy machine; a server that is silent for so long does not work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends `request` to `address` (`host:port`) and returns the first `bytes` bytes of the answer.
///
/// # Errors
/// When the server cannot be reached, hangs up or stays silent; trying again helps only once it runs.
pub fn exchange(address: &str, request: &[u8], bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request)?;
    let mut answer = vec![0; bytes];
    connection.read_exact(&mut answer)?;
    Ok(answer)
}
