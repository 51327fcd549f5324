//! Dumps made here, and real ones where the shared folder is.

use std::io::{BufReader, Write as _};
use std::path::PathBuf;

use bgpkit_parser::encoder::{MrtRibEncoder, MrtUpdatesEncoder};
use bgpkit_parser::models::{AsPath, Community as Parsed, MetaCommunity, NetworkPrefix};
use delivery_routes::{Announcer, Community, Rib};

use super::*;

const PEERS: [&str; 2] = ["192.0.2.1", "192.0.2.2"];

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn element(prefix: &str, peer: usize, path: &[u32], med: u32) -> BgpElem {
    BgpElem {
        peer_ip: PEERS[peer].parse().unwrap(),
        peer_asn: 64_500.into(),
        prefix: NetworkPrefix::new(net(prefix), None),
        next_hop: Some(PEERS[peer].parse().unwrap()),
        as_path: Some(AsPath::from_sequence(path)),
        med: Some(med),
        communities: Some(vec![MetaCommunity::Plain(Parsed::Custom(64_500.into(), 7))]),
        ..BgpElem::default()
    }
}

/// Every prefix with a list of peers of its own before it: one encoder gives several prefixes in no order.
fn table() -> Vec<u8> {
    let prefixes = [
        vec![
            element("10.0.0.0/8", 0, &[1, 2, 3], 0),
            element("10.0.0.0/8", 1, &[1, 2], 9),
        ],
        vec![element("10.1.0.0/16", 1, &[1, 2], 5)],
        vec![element("2001:db8::/32", 0, &[4], 1)],
    ];
    let encode = |elements: &Vec<BgpElem>| {
        let mut encoder = MrtRibEncoder::new();
        for one in elements {
            encoder.process_elem(one).unwrap();
        }
        encoder.export_bytes().unwrap()
    };
    prefixes.iter().flat_map(encode).collect()
}

fn updates() -> Vec<u8> {
    let mut encoder = MrtUpdatesEncoder::new();
    let withdrawn = BgpElem {
        elem_type: ElemType::WITHDRAW,
        ..element("10.0.0.0/8", 1, &[], 0)
    };
    encoder.process_elem(&withdrawn);
    encoder.process_elem(&element("10.2.0.0/16", 0, &[1], 3));
    encoder.export_bytes().unwrap().to_vec()
}

fn best(dump: &Dump) -> Vec<(IpNet, (bool, u16, u32))> {
    dump.best()
        .map(|(prefix, route)| (prefix, route.preference()))
        .collect()
}

#[test]
fn a_table_and_the_updates_after_it_give_what_is_in_force() {
    let mut dump = Dump::default();
    let taken = dump.take(&*table(), None).unwrap();
    assert_eq!(
        (taken.records, taken.announced),
        (6, 4),
        "three prefixes, each after its peers"
    );
    assert_eq!((taken.skipped, &taken.cut), (0, &None));
    let expected = [
        (net("10.0.0.0/8"), (false, 2, 9)),
        (net("10.1.0.0/16"), (false, 2, 5)),
        (net("2001:db8::/32"), (false, 1, 1)),
    ];
    assert_eq!(best(&dump), expected);
    assert_eq!(dump.sessions().len(), 2);
    let communities = &dump.best().next().unwrap().1.communities;
    assert_eq!(**communities, [Community::new(64_500, 7)]);

    let taken = dump.take(&*updates(), None).unwrap();
    assert_eq!((taken.announced, taken.withdrawn), (1, 1));
    assert_eq!(
        best(&dump)[0],
        (net("10.0.0.0/8"), (false, 3, 0)),
        "the other session's"
    );
    assert_eq!(best(&dump)[2], (net("10.2.0.0/16"), (false, 1, 3)));
}

#[test]
fn one_session_is_read_where_one_is_named() {
    let mut dump = Dump::default();
    let taken = dump
        .take(&*table(), Some(PEERS[1].parse().unwrap()))
        .unwrap();
    assert_eq!((taken.announced, dump.prefixes()), (2, 2));
}

#[test]
fn compressed_files_are_the_same_and_a_cut_says_where() {
    let (plain, mut whole) = (table(), Dump::default());
    whole.take(&*plain, None).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&plain).unwrap();
    for packed in [gzip.finish().unwrap(), bzip2.finish().unwrap()] {
        let mut dump = Dump::default();
        dump.take(&*packed, None).unwrap();
        assert_eq!(best(&dump), best(&whole));
    }
    let mut dump = Dump::default();
    let taken = dump.take(&plain[..plain.len() - 3], None).unwrap();
    assert_eq!(taken.cut.map(|cut| cut.after), Some(5));
    assert_eq!(best(&dump), best(&whole)[..2]);
}

#[test]
fn what_is_no_dump_is_refused_and_changes_nothing() {
    for text in [
        &b""[..],
        b"198.51.100.0/24\n",
        &[0xFF; 64],
        b"\x1F\x8Bnot gzip",
    ] {
        let mut dump = Dump::default();
        assert!(
            matches!(dump.take(text, None), Err(MrtError::NotMrt(_))),
            "{text:?}"
        );
        assert_eq!(dump.prefixes(), 0);
    }
}

/// Where a file's last record begins: a record is a head of twelve bytes that ends with the length of the rest.
fn last_record(file: &[u8]) -> usize {
    let (mut last, mut next) = (0, 0);
    while next < file.len() {
        last = next;
        let length: [u8; 4] = file[last + 8..last + 12].try_into().unwrap();
        next += 12 + u32::from_be_bytes(length) as usize;
    }
    last
}

#[test]
fn a_damaged_byte_never_loses_the_records_before_it() {
    let (plain, mut whole) = (table(), Dump::default());
    whole.take(&*plain, None).unwrap();
    let last = last_record(&plain);
    for at in 0..plain.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = plain.clone();
            damaged[at] ^= flip;
            let mut dump = Dump::default();
            let taken = dump.take(&*damaged, None);
            if at >= last {
                assert!(taken.is_ok_and(|taken| taken.records >= 5), "byte {at}");
                assert_eq!(best(&dump)[..2], best(&whole)[..2], "byte {at}");
            }
        }
    }
}

/// A real dump, or nothing where the shared folder is not: said on the test's output.
#[expect(
    clippy::print_stderr,
    reason = "a test that had no dump to read has to say so"
)]
fn shared(name: &str) -> Option<BufReader<std::fs::File>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("MARQUEE_SHARED").map_or_else(beside, PathBuf::from);
    let path = folder.join("routes").join(name);
    let opened = std::fs::File::open(&path).ok();
    if opened.is_none() {
        eprintln!("{} is absent: its checks are left out", path.display());
    }
    opened.map(BufReader::new)
}

#[test]
fn a_real_table_cut_in_mid_record_gives_what_came_before() {
    let Some(file) = shared("rib-2014-05-23-first-megabyte.mrt.bz2") else {
        return;
    };
    let mut dump = Dump::default();
    let taken = dump.take(file, None).unwrap();
    assert!(taken.cut.is_some(), "{taken:?}");
    assert_eq!(taken.skipped, 0, "{taken:?}");
    assert!(dump.prefixes() > 1_000 && dump.sessions().len() > 10);
    let mut rib = Rib::default();
    for (prefix, route) in dump.best() {
        rib.announce(Announcer(1), prefix, route.clone());
    }
    let (prefix, route) = dump.best().last().unwrap();
    let table = rib.table();
    let found = table.find(prefix.network()).unwrap();
    assert_eq!(found.candidates.candidate(0).path_len, route.path_len);
}

#[test]
fn real_updates_are_read_to_their_end() {
    let Some(file) = shared("updates-rrc15-2010-02-27.mrt.gz") else {
        return;
    };
    let mut dump = Dump::default();
    let taken = dump.take(file, None).unwrap();
    assert_eq!((taken.skipped, &taken.cut), (0, &None), "{taken:?}");
    assert!(taken.announced > 1_000 && taken.withdrawn > 0, "{taken:?}");
}
