//! Asks ffprobe about a file: the thin shell around the pure parts.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use media_ffmpeg::{Command, Limits, MediaInput, ToolError, Tools};

use crate::error::{InspectError, Unusable};
use crate::limits::{COUNTING_WALL, FIRST_PACKETS, HEADER, SNIFFED_BYTES};
use crate::report::{needs_counting, picture, report_from};
use crate::sniff::{Kind, cut_off, sniff};
use crate::{PacketScan, PacketTimes, Report};

/// Finds out what `input` is. Reads the header; reads the whole file once where that does not tell.
///
/// # Errors
/// [`InspectError::Unusable`] with one sentence for the person who uploaded the file;
/// [`InspectError::is_transient`] says whether a retry helps.
pub async fn inspect(tools: &Tools, input: &MediaInput) -> Result<Report, InspectError> {
    if input.bytes() == 0 {
        return Err(Unusable::Empty.into());
    }
    let kind = look(input).await?;
    let header = ask_header(tools, input, kind).await?;
    let scan = match needs_counting(&header)? {
        Some(stream) => count(tools, input, stream).await?,
        None => None,
    };
    let first = first_frame(tools, input, picture(&header)?).await?;
    Ok(report_from(&header, &first, input.bytes(), scan)?)
}

/// What comes with the first frame of a stream: a picture that cannot be decoded has none.
async fn first_frame(
    tools: &Tools,
    input: &MediaInput,
    stream: u32,
) -> Result<Vec<u8>, InspectError> {
    let command = tools
        .ffprobe()
        .args(["-select_streams", &stream.to_string()])
        .args(["-show_frames", "-read_intervals", "%+#1", "-of", "json"])
        .limits(HEADER)
        .input(input);
    match command.run(|_| {}).await {
        Ok(answer) => Ok(answer.stdout),
        Err(ToolError::Failed { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// What the file's own bytes say; refuses what need not be opened to be refused.
async fn look(input: &MediaInput) -> Result<Kind, InspectError> {
    let (path, length) = (input.path().to_owned(), input.bytes());
    let looking = tokio::task::spawn_blocking(move || {
        let file = File::open(path)?;
        let mut head = vec![0; SNIFFED_BYTES];
        let count = read_up_to(&file, &mut head, 0)?;
        let kind = sniff(&head[..count]);
        let cut = if kind == Kind::IsoMedia {
            cut_off(length, |at| sixteen(&file, at))?
        } else {
            None
        };
        Ok::<_, io::Error>((kind, cut))
    });
    match looking.await.map_err(io::Error::other)?? {
        (Kind::Names(what), _) => Err(Unusable::NamesOtherFiles { what }.into()),
        (_, Some(cut)) => Err(cut.into()),
        (kind, None) => Ok(kind),
    }
}

fn sixteen(file: &File, at: u64) -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    read_up_to(file, &mut bytes, at)?;
    Ok(bytes)
}

fn read_up_to(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], at + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

async fn ask_header(
    tools: &Tools,
    input: &MediaInput,
    kind: Kind,
) -> Result<Vec<u8>, InspectError> {
    let first = format!("%+#{FIRST_PACKETS}");
    let shown = [
        "-show_format",
        "-show_streams",
        "-show_packets",
        "-read_intervals",
        &first,
    ];
    let command = tools
        .ffprobe()
        .args(shown)
        .args(["-of", "json"])
        .limits(HEADER)
        .input(input);
    let answer = command
        .run(|_| {})
        .await
        .map_err(|error| refused(error, kind))?;
    Ok(answer.stdout)
}

/// A tool that gives up on a file says that the file cannot be used; anything else is the tool's.
fn refused(error: ToolError, kind: Kind) -> InspectError {
    let said = error.stderr_tail();
    if !matches!(error, ToolError::Failed { .. }) || error.is_out_of_space() {
        return error.into();
    }
    let unusable = match kind {
        Kind::IsoMedia if said.contains("moov atom not found") => Unusable::NoIndex,
        Kind::IsoMedia => Unusable::Damaged,
        _ if said.contains("EBML") || said.contains("File ended prematurely") => Unusable::CutOff,
        _ => Unusable::NotMedia,
    };
    unusable.into()
}

/// Reads the time of every frame of one stream.
async fn count(
    tools: &Tools,
    input: &MediaInput,
    stream: u32,
) -> Result<Option<PacketScan>, InspectError> {
    let limits = Limits {
        wall: COUNTING_WALL,
        ..Limits::default()
    };
    let mut times = PacketTimes::default();
    let command = packet_times(tools, stream).limits(limits).input(input);
    let finished = command.stream(|bytes| times.feed(bytes), |_| {}).await;
    let finished = finished.map_err(|error| match error {
        ToolError::Failed { .. } => Unusable::Damaged.into(),
        other => InspectError::from(other),
    })?;
    if finished.stderr_tail.contains("File ended prematurely") {
        return Err(Unusable::CutOff.into());
    }
    Ok(times.finish())
}

fn packet_times(tools: &Tools, stream: u32) -> Command {
    tools
        .ffprobe()
        .args(["-select_streams", &stream.to_string()])
        .args([
            "-show_entries",
            "packet=pts_time,duration_time",
            "-of",
            "csv=p=0",
        ])
}
