//! A weight in words, for operators and players.

use std::fmt;

use contracts_delivery::Tier;

use super::{Content, Nearness, Standing, Throughput, Weight};

/// A few words: where it stands, how it was announced, whether it works, what it holds, its load.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stays {
            f.write_str("in use, ")?;
        }
        f.write_str(match self.tier {
            Tier::Isp => "in the provider's network",
            Tier::Exchange => "at an exchange",
            Tier::Origin => "the origin",
        })?;
        if let Some(route) = &self.route {
            let (prefix, path, med) = (route.prefix_len, route.path_len, route.med);
            write!(f, ", announced /{prefix} path {path} med {med}")?;
            if route.draining {
                f.write_str(" and going down")?;
            }
        }
        f.write_str(match self.standing {
            Standing::Well => ", up",
            Standing::Full => ", up but full",
            Standing::Suspected => ", up but clients failed on it",
        })?;
        f.write_str(match self.content {
            Content::All => ", holds the files",
            Content::Some => ", holds some of the files",
            Content::Nothing => "",
        })?;
        f.write_str(match self.throughput {
            Throughput::Short => ", slower than the play for this network",
            Throughput::Ample | Throughput::Enough | Throughput::Unknown => "",
        })?;
        match self.rtt_ms {
            Some(rtt_ms) if Nearness::of_rtt(rtt_ms) < self.nearness => write!(
                f,
                ", round trip measured as {rtt_ms:.1} ms, which is less than the distance allows: taken for {}",
                self.nearness
            )?,
            Some(rtt_ms) => write!(f, ", round trip {rtt_ms:.1} ms")?,
            None if self.nearness == Nearness::UNKNOWN => {}
            None => write!(f, ", round trip {} by distance", self.nearness)?,
        }
        write!(f, ", load {:.0}%", self.load * 100.0)
    }
}
