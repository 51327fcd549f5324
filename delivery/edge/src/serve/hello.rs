//! What the beginning of a TLS connection offers, looked at before anything of it is taken.

use std::io;

use mio::net::TcpStream;
use rustls::server::Acceptor;

use crate::limits::HELLO_BYTES;

/// What a client hello offers by ALPN (RFC 7301).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// It has not come whole.
    Partial,
    /// HTTP/2, among others or alone.
    H2,
    /// Not HTTP/2; or it is none, which whoever takes it will say.
    Other,
}

/// Looks at what has come.
pub(super) fn offer_of(stream: &TcpStream) -> io::Result<Offer> {
    let mut hello = vec![0; HELLO_BYTES];
    let come = stream.peek(&mut hello)?;
    Ok(offer(&hello[..come]))
}

fn offer(hello: &[u8]) -> Offer {
    let (mut acceptor, mut rest) = (Acceptor::default(), hello);
    while !rest.is_empty() {
        if !matches!(acceptor.read_tls(&mut rest), Ok(1..)) {
            return Offer::Other;
        }
        match acceptor.accept() {
            Ok(None) => {}
            Err(_) => return Offer::Other,
            Ok(Some(accepted)) => {
                let offers = accepted
                    .client_hello()
                    .alpn()
                    .is_some_and(|mut protocols| protocols.any(|one| one == b"h2"));
                return if offers { Offer::H2 } else { Offer::Other };
            }
        }
    }
    if hello.len() < HELLO_BYTES {
        Offer::Partial
    } else {
        Offer::Other
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use rustls::crypto::ring::default_provider;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore};

    use super::*;

    fn hello(protocols: &[&[u8]]) -> Vec<u8> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
        let name = ServerName::try_from("localhost").unwrap();
        let mut hello = Vec::new();
        ClientConnection::new(Arc::new(config), name)
            .unwrap()
            .write_tls(&mut hello)
            .unwrap();
        hello
    }

    #[test]
    fn a_whole_hello_says_what_it_offers_and_a_part_of_one_nothing() {
        let both = hello(&[b"http/1.1", b"h2"]);
        assert_eq!(offer(&both), Offer::H2);
        for end in 0..both.len() {
            assert_eq!(offer(&both[..end]), Offer::Partial, "{end}");
        }
        assert_eq!(offer(&hello(&[b"http/1.1"])), Offer::Other);
        assert_eq!(offer(&hello(&[])), Offer::Other);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_wait_for_more_than_its_room(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            at in any::<proptest::sample::Index>(),
        ) {
            offer(&bytes);
            let mut damaged = hello(&[b"h2"]);
            let at = at.index(damaged.len());
            damaged[at] ^= bytes.first().unwrap_or(&0xff);
            offer(&damaged);
            damaged.resize(HELLO_BYTES, 0);
            prop_assert_ne!(offer(&damaged), Offer::Partial);
        }
    }
}
