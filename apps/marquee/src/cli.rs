//! The command line: what can be typed, and nothing of what it does.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use contracts_studio::Priority;
use url::Url;

use crate::roles::Role;

/// Marquee: a streaming service anyone can run.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service, or some of its roles, on this machine
    Serve(Serve),
    /// Send a master to a service and follow it until it plays
    Publish(Publish),
    /// Tell what a master is and what is wrong with it, without a service
    Inspect(Inspect),
    /// List the titles of a service and how far each is
    Titles(Titles),
    /// Take a title out of the catalogue, put it back, try it again, or delete it
    Title(TitleAction),
    /// Copy everything a running service keeps into a folder of its machine
    Backup(Backup),
    /// Make a data folder of a backup
    Restore(Restore),
    /// Play a title or a manifest without a screen, and tell how it went
    Play(Play),
    /// Find what players trip over in an HLS or DASH stream or a CMAF file, anybody's
    Check(Check),
    /// Tell why a client is sent where, and what another ranker would make of it
    #[command(subcommand)]
    Steer(Steer),
    /// Run a day of a large service from a seed, by the service's own decisions
    #[command(subcommand)]
    Simulate(Simulate),
    /// Work out how large a service has to be
    #[command(subcommand)]
    Plan(Plan),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    /// Steering, fill and 17,000 appliances over a day: who serves what, and what a loss does
    Delivery(SimulateDelivery),
}

#[derive(Debug, Args)]
pub(crate) struct SimulateDelivery {
    /// A hundredth of the size, within seconds
    #[arg(long)]
    pub(crate) quick: bool,
    /// So many of the service's continents alone, each with its part of everything; all when not given
    #[arg(long)]
    pub(crate) continents: Option<u32>,
    /// What chance begins with
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Days simulated, each from a seed of its own; what they differ by is the error
    #[arg(long, default_value_t = 3)]
    pub(crate) seeds: u64,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Plays a second, servers, storage and appliances, from a few assumptions
    Capacity(PlanCapacity),
}

#[derive(Debug, Args)]
pub(crate) struct PlanCapacity {
    /// Active members, in millions
    #[arg(long, default_value_t = 100.0)]
    pub(crate) members: f64,
    /// Plays of a member a day
    #[arg(long, default_value_t = 3.0)]
    pub(crate) plays: f64,
    /// Percent of the members that ask for a play at the worst moment
    #[arg(long, default_value_t = 75.0)]
    pub(crate) asking: f64,
    /// Milliseconds in which the playback service answers
    #[arg(long, default_value_t = 20.0)]
    pub(crate) answer_ms: f64,
    /// Connections a server holds
    #[arg(long, default_value_t = 10_000.0)]
    pub(crate) connections: f64,
    /// Megabytes uploaded a minute
    #[arg(long, default_value_t = 2_500.0)]
    pub(crate) upload_mb: f64,
    /// Formats that an upload is made into
    #[arg(long, default_value_t = 10.0)]
    pub(crate) formats: f64,
    /// Hours watched a day, in millions
    #[arg(long, default_value_t = 400.0)]
    pub(crate) hours: f64,
    /// The busiest hour over the mean hour
    #[arg(long, default_value_t = 2.0)]
    pub(crate) busiest: f64,
    /// Megabits a second of a play
    #[arg(long, default_value_t = 4.3)]
    pub(crate) play_mbps: f64,
    /// Gigabits a second that an appliance sends
    #[arg(long, default_value_t = 40.0)]
    pub(crate) appliance_gbps: f64,
    /// Percent of that which is planned with
    #[arg(long, default_value_t = 50.0)]
    pub(crate) planned: f64,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Steer {
    /// Rank the appliances for a client and a title as they are now, with the reasons
    Explain(SteerExplain),
    /// Print the latest decisions, a line of JSON each
    Log(SteerLog),
    /// Make the decisions of a log again with another ranker, without a service
    Replay(SteerReplay),
}

#[derive(Debug, Args)]
pub(crate) struct SteerExplain {
    /// The client's address
    pub(crate) client: IpAddr,
    /// A title's id or name
    pub(crate) title: String,
    /// The rate to be set aside, in kilobits a second
    #[arg(long, default_value_t = 0)]
    pub(crate) kbps: u32,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct SteerLog {
    /// How many
    #[arg(long, default_value_t = 1_000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct SteerReplay {
    /// What `marquee steer log` printed
    pub(crate) log: PathBuf,
    /// The other ranker: `score`, or words such as `order=standing,tier,load full_load=0.9`
    #[arg(long)]
    pub(crate) with: String,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Roles this process runs, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "api,origin,studio,edge")]
    pub(crate) roles: Vec<Role>,
    /// Folder for everything the service keeps
    #[arg(long, env = "MARQUEE_DATA", default_value = "marquee-data")]
    pub(crate) data: PathBuf,
    /// Address of the first role's listener: the API's, or an appliance's own when it runs alone
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// Settings; `marquee.toml` in the repository lists them all
    #[arg(long, env = "MARQUEE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Do not make the demonstration films on the first start
    #[arg(long)]
    pub(crate) no_demo: bool,
}

/// Which service to talk to, and how to answer.
#[derive(Debug, Clone, Args)]
pub(crate) struct Service {
    /// The service's address
    #[arg(long, env = "MARQUEE_SERVER", default_value = "http://127.0.0.1:8400")]
    pub(crate) server: Url,
    /// The service's data folder, for its owner's token when `MARQUEE_TOKEN` is not set
    #[arg(long, env = "MARQUEE_DATA", default_value = "marquee-data")]
    pub(crate) data: PathBuf,
    /// The credential
    #[arg(long, env = "MARQUEE_TOKEN", hide_env_values = true, hide = true)]
    pub(crate) token: Option<String>,
    /// Authorities trusted beside the public ones, a PEM file
    #[arg(long, env = "MARQUEE_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The master
    pub(crate) file: PathBuf,
    /// What the title is called; the file's name when not given
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// A few sentences about it
    #[arg(long, default_value = "")]
    pub(crate) description: String,
    /// Words to find it by, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// One word for what it is
    #[arg(long, default_value = "Film")]
    pub(crate) category: String,
    /// The year it was made
    #[arg(long)]
    pub(crate) year: Option<i32>,
    /// A subtitle file and its language, such as `en=film.vtt`; may be given again
    #[arg(long, value_name = "LANGUAGE=FILE", value_parser = parse_subtitles)]
    pub(crate) subtitles: Vec<(String, PathBuf)>,
    /// The title whose files this master replaces
    #[arg(long, value_name = "ID")]
    pub(crate) replaces: Option<String>,
    /// Whether its encoding goes before that of other titles
    #[arg(long, value_enum, default_value_t = Urgency::Backlog)]
    pub(crate) priority: Urgency,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Urgency {
    /// When there is nothing else to do
    Backlog,
    /// Before the backlog
    Premiere,
    /// Before everything else, and without trials for a ladder of its own
    Live,
}

impl From<Urgency> for Priority {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Backlog => Self::Backlog,
            Urgency::Premiere => Self::Premiere,
            Urgency::Live => Self::Live,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The master
    pub(crate) file: PathBuf,
    /// Settings, for where ffmpeg is
    #[arg(long, env = "MARQUEE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A playlist, an MPD or a track file: a URL, or a path of this machine
    pub(crate) stream: String,
    /// Segments to load of each rendition, spread over its length
    #[arg(long, default_value_t = client_check::limits::SEGMENTS, conflicts_with = "every_segment")]
    pub(crate) segments: usize,
    /// Load every segment
    #[arg(long)]
    pub(crate) every_segment: bool,
    /// Decode what is loaded, with ffmpeg
    #[arg(long)]
    pub(crate) decode: bool,
    /// A file of content keys, a line "KID:KEY" each in hexadecimal: what they encrypt is decrypted and decoded
    #[arg(long)]
    pub(crate) keys: Option<PathBuf>,
    /// Authorities trusted beside the public ones, a PEM file
    #[arg(long, env = "MARQUEE_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Settings, for where ffmpeg is
    #[arg(long, env = "MARQUEE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Answer in JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Titles {
    /// Words that must all be found in a title or in what is known of its master, such as `reel:A001`
    #[arg(long, default_value = "")]
    pub(crate) find: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct TitleAction {
    /// What to do
    #[arg(value_enum)]
    pub(crate) action: Action,
    /// The title's id, as `marquee titles` prints it
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Action {
    /// Take it out of the catalogue; its files leave the appliances
    Unpublish,
    /// Put it back into the catalogue
    Publish,
    /// Go on where it failed
    Retry,
    /// Remove it and everything made from it
    Delete,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The backup's folder, on the service's machine; it must be new or empty
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) service: Service,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup's folder
    pub(crate) folder: PathBuf,
    /// The data folder to make; it must be new or empty
    #[arg(long, env = "MARQUEE_DATA", default_value = "marquee-data")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Play {
    /// A title's id or name, or the address of an HLS or DASH manifest
    pub(crate) what: String,
    /// Stop after this many seconds of the title
    #[arg(long)]
    pub(crate) seconds: Option<f64>,
    /// Play this many times faster than life
    #[arg(long, default_value_t = 1.0)]
    pub(crate) speed: f64,
    #[command(flatten)]
    pub(crate) service: Service,
}

fn parse_subtitles(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((language, file)) if !language.is_empty() && !file.is_empty() => {
            Ok((language.to_owned(), file.into()))
        }
        _ => Err("write a language and a file, such as en=film.vtt".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_subtitle_needs_a_language_and_a_file() {
        assert_eq!(
            parse_subtitles("en=a=b.vtt"),
            Ok(("en".to_owned(), "a=b.vtt".into()))
        );
        assert!(parse_subtitles("film.vtt").is_err());
        assert!(parse_subtitles("=film.vtt").is_err());
    }
}
