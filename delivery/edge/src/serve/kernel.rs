//! The system's calls that a data path without waiting is made of.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream as StdStream};
use std::os::fd::AsFd;
use std::time::Duration;

use mio::net::TcpStream;
use nix::sys::socket::sockopt::{TcpTlsTx, TcpUlp, TlsCryptoInfo};
use nix::sys::socket::{getsockopt, setsockopt};
use nix::{getsockopt_impl, libc};
use rustix::fs::sendfile;
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use rustix::net::SendFlags;
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};

use crate::limits::{BACKLOG, PROBE_STRIDE, SPARED_FILES};

/// A listener that shares its address with others of this process; the system deals connections out.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Lets this process open as many files as it may, every connection being one; how many connections there may be then.
pub(crate) fn make_room() -> usize {
    let before = getrlimit(Resource::Nofile);
    let mut limit = before;
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "cannot raise the limit of open files");
        limit = before;
    }
    limit.current.map_or(usize::MAX, connections_among)
}

/// How many of so many files may be connections.
fn connections_among(files: u64) -> usize {
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    files - SPARED_FILES.min(files / 4)
}

/// Whether this process, or the system, may open no more files.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    let what = Errno::from_io_error(error);
    matches!(what, Some(Errno::MFILE | Errno::NFILE))
}

/// Sends bytes, at once: held back for a packet that a file's bytes follow in (`MSG_MORE`), a head would shift all of
/// those against the system's buffers, and one piece in two would lie in two of them.
pub(crate) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(stream, bytes, SendFlags::NOSIGNAL)?)
}

/// Sends a part of a file without its bytes passing through this process.
pub(crate) fn send_file(
    stream: &TcpStream,
    file: &File,
    mut start: u64,
    bytes: usize,
) -> io::Result<usize> {
    Ok(sendfile(stream, file, Some(&mut start), bytes)?)
}

/// Reads from the page cache alone, into several places by turns; `None` when the disk would have to be waited for, or
/// the file system cannot say so. Fewer bytes than asked for when only those are there.
pub(crate) fn read_resident(
    file: &File,
    start: u64,
    into: &mut [IoSliceMut<'_>],
) -> io::Result<Option<usize>> {
    match preadv2(file, into, start, ReadWriteFlags::NOWAIT) {
        Ok(read) => Ok(Some(read)),
        Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a part of a file is in the page cache, as far as looking at a byte of every stride tells. A page
/// between two that are there may still be gone; sending it then waits for one read.
pub(crate) fn is_resident(file: &File, start: u64, bytes: u64) -> io::Result<bool> {
    let last = start + bytes.max(1) - 1;
    let mut at = start;
    loop {
        if read_resident(file, at, &mut [IoSliceMut::new(&mut [0])])?.is_none() {
            return Ok(false);
        }
        if at == last {
            return Ok(true);
        }
        at = last.min(at + PROBE_STRIDE);
    }
}

/// Whether the system seals what a socket sends (kernel TLS), tried on a connection to this machine itself.
pub(crate) fn try_kernel_tls() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let socket = StdStream::connect(listener.local_addr()?)?;
    setsockopt(&socket, TcpUlp::default(), b"tls")?;
    // Nothing is ever sent with these.
    let keys = libc::tls12_crypto_info_aes_gcm_128 {
        info: libc::tls_crypto_info {
            version: libc::TLS_1_3_VERSION,
            cipher_type: libc::TLS_CIPHER_AES_GCM_128,
        },
        iv: [0; libc::TLS_CIPHER_AES_GCM_128_IV_SIZE],
        key: [0; libc::TLS_CIPHER_AES_GCM_128_KEY_SIZE],
        salt: [0; libc::TLS_CIPHER_AES_GCM_128_SALT_SIZE],
        rec_seq: [0; libc::TLS_CIPHER_AES_GCM_128_REC_SEQ_SIZE],
    };
    setsockopt(&socket, TcpTlsTx, &TlsCryptoInfo::Aes128Gcm(keys))?;
    Ok(())
}

/// The beginning of what the system knows of a connection (tcp(7), `TCP_INFO`): newer systems say more at its end, and
/// all of them as much as is asked for at most.
#[repr(C)]
struct KnownOfTcp {
    /// The state, and what else has no unit.
    state: [u8; 8],
    /// Times in microseconds and counts, the smoothed round-trip time last.
    counts: [u32; 16],
}

#[derive(Debug, Clone, Copy)]
struct TcpInfo;

getsockopt_impl!(
    TcpInfo,
    libc::IPPROTO_TCP,
    libc::TCP_INFO,
    KnownOfTcp,
    nix::sys::socket::sockopt::GetStruct<KnownOfTcp>
);

/// How long a round trip takes on a connection, smoothed (RFC 6298); none where nothing was acknowledged yet.
pub(crate) fn round_trip(stream: &impl AsFd) -> Option<Duration> {
    let info = getsockopt(stream, TcpInfo).ok()?;
    let [.., micros] = info.counts.map(u64::from);
    (micros > 0).then(|| Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_was_just_written_is_resident_and_read_without_waiting() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 300 << 10]).unwrap();
        // A file system that cannot tell says no, and is served through the pool.
        if is_resident(&file, 0, 300 << 10).unwrap() {
            let mut bytes = [0; 5];
            assert_eq!(
                read_resident(&file, 9, &mut [IoSliceMut::new(&mut bytes)]).unwrap(),
                Some(5)
            );
            assert_eq!(bytes, [7; 5]);
            assert_eq!(
                read_resident(&file, 300 << 10, &mut [IoSliceMut::new(&mut bytes)]).unwrap(),
                Some(0)
            );
        }
    }

    #[test]
    fn kernel_tls_is_found_where_the_system_lists_it_and_nowhere_else() {
        let found = try_kernel_tls();
        // Asking for it loads it, where it is a module.
        let listed = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_available_ulp").unwrap();
        let is_listed = listed.split_whitespace().any(|name| name == "tls");
        assert_eq!(found.is_ok(), is_listed, "{found:?}, listed: {listed}");
    }

    #[test]
    fn a_connection_on_this_machine_has_a_short_round_trip_and_a_listener_none() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert_eq!(round_trip(&listener), None);
        let _player = StdStream::connect(listener.local_addr().unwrap()).unwrap();
        let (served, _) = listener.accept().unwrap();
        let took = round_trip(&served).expect("the handshake was acknowledged");
        assert!(took < Duration::from_secs(1), "{took:?}");
    }

    #[test]
    fn connections_leave_files_to_the_rest() {
        assert_eq!(connections_among(20_000), 19_488);
        assert_eq!(connections_among(1_024), 768);
        let most = getrlimit(Resource::Nofile).maximum;
        assert_eq!(make_room(), most.map_or(usize::MAX, connections_among));
    }

    #[test]
    fn running_out_of_files_is_told_from_other_errors() {
        assert!(is_out_of_files(&Errno::MFILE.into()));
        assert!(!is_out_of_files(&Errno::CONNABORTED.into()));
    }

    #[test]
    fn two_listeners_share_an_address() {
        let one = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let two = listen(one.local_addr().unwrap()).unwrap();
        assert_eq!(one.local_addr().unwrap(), two.local_addr().unwrap());
    }
}
