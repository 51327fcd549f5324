//! Bytes as a subtitle file: cues or an error, and what is written is read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok((cues, _)) = studio_timedtext::parse("any", bytes) else {
        return;
    };
    let (again, warnings) = studio_timedtext::parse("again.vtt", cues.to_webvtt().as_bytes()).expect("cues are written whole");
    assert!(again == cues && warnings.is_empty());
    let imsc = cues.to_imsc1("und");
    assert!(imsc.ends_with("</tt>\n"));
    cues.concerns();
});
