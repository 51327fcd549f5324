//! Whether downloaded bytes are what they should be: whole boxes, of the kinds that belong there.

/// Checks an initialization section: whole boxes, a `moov` among them, no media.
pub(crate) fn check_init(bytes: &[u8]) -> Result<(), String> {
    let kinds = kinds(bytes)?;
    if !kinds.contains(b"moov") {
        return Err("the initialization section has no moov".to_owned());
    }
    if kinds.iter().any(|kind| kind == b"moof" || kind == b"mdat") {
        return Err("the initialization section holds media".to_owned());
    }
    Ok(())
}

/// Checks a segment: whole boxes, at least one `moof`, and each directly followed by its `mdat`.
pub(crate) fn check_segment(bytes: &[u8]) -> Result<(), String> {
    let kinds = kinds(bytes)?;
    let fragments = kinds.iter().filter(|kind| *kind == b"moof").count();
    let paired = kinds
        .windows(2)
        .filter(|pair| pair[0] == *b"moof" && pair[1] == *b"mdat")
        .count();
    if fragments == 0 || fragments != paired {
        return Err(format!(
            "a segment has {fragments} moof, {paired} of them with an mdat"
        ));
    }
    Ok(())
}

/// The kinds of the boxes that fill `bytes` exactly.
fn kinds(bytes: &[u8]) -> Result<Vec<[u8; 4]>, String> {
    let mut kinds = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, size) =
            header(&bytes[at..]).ok_or_else(|| format!("the box at byte {at} is cut off"))?;
        kinds.push(kind);
        at += size;
    }
    Ok(kinds)
}

/// Kind and whole size of the box at the start of `bytes`, if all of it is there.
fn header(bytes: &[u8]) -> Option<([u8; 4], usize)> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (size, least) = match u32::from_be_bytes(*size) {
        1 => (
            usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?,
            16,
        ),
        size => (size as usize, 8),
    };
    (size >= least && size <= bytes.len()).then_some((*kind, size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes(kinds: &[&[u8; 4]]) -> Vec<u8> {
        let one = |kind: &&[u8; 4]| [&12_u32.to_be_bytes()[..], *kind, b"data"].concat();
        kinds.iter().flat_map(one).collect()
    }

    #[test]
    fn segments_pair_each_moof_with_an_mdat() {
        assert_eq!(
            check_segment(&boxes(&[b"styp", b"moof", b"mdat", b"moof", b"mdat"])),
            Ok(())
        );
        for wrong in [
            &boxes(&[b"mdat"]),
            &boxes(&[b"moof", b"moof", b"mdat"]),
            &vec![],
        ] {
            assert!(check_segment(wrong).is_err());
        }
    }

    #[test]
    fn an_init_section_has_a_moov_and_no_media() {
        assert_eq!(check_init(&boxes(&[b"ftyp", b"moov"])), Ok(()));
        assert!(check_init(&boxes(&[b"ftyp"])).is_err());
        assert!(check_init(&boxes(&[b"moov", b"moof", b"mdat"])).is_err());
    }

    proptest! {
        #[test]
        fn a_cut_segment_is_refused(cut in 1_usize..24) {
            let whole = boxes(&[b"moof", b"mdat"]);
            prop_assert!(check_segment(&whole[..whole.len() - cut]).is_err());
        }

        #[test]
        fn no_bytes_make_the_check_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(check_init(&bytes).is_err() || bytes.len() >= 8);
        }
    }
}
