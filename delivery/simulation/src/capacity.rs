//! The arithmetic a service is planned with before there is one.

use serde::Serialize;

/// What is assumed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Capacity {
    /// Active members.
    pub members: f64,
    /// Plays of a member a day.
    pub plays_a_day: f64,
    /// The part of the members that ask for a play at the worst moment.
    pub asking: f64,
    /// How long the playback service takes to answer, in seconds.
    pub answer_s: f64,
    /// Connections a server holds.
    pub connections: f64,
    /// Bytes uploaded a minute.
    pub upload_bytes_a_minute: f64,
    /// Formats that each upload is made into, each taken to be as large as it.
    pub formats: f64,
    /// Hours watched a day.
    pub hours_a_day: f64,
    /// The busiest hour over the mean hour.
    pub busiest_over_mean: f64,
    /// Bits a second of a play.
    pub play_bps: f64,
    /// What an appliance sends, in bits a second, and the part of it that is planned with.
    pub appliance_bps: f64,
    /// The latter.
    pub planned_part: f64,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Needs {
    /// Plays begun a second, on the mean of a day.
    pub plays_a_second: f64,
    /// Servers of the playback service at the worst moment.
    pub playback_servers: f64,
    /// Bytes stored a day.
    pub stored_a_day: f64,
    /// Plays at once, on the mean of a day.
    pub mean_at_once: f64,
    /// Plays at once in the busiest hour.
    pub busiest_at_once: f64,
    /// Bits a second in the busiest hour.
    pub busiest_bps: f64,
    /// Appliances that send them.
    pub appliances: f64,
}

impl Default for Capacity {
    /// The figures of the service that Marquee is modelled on.
    fn default() -> Self {
        Self {
            members: 100e6,
            plays_a_day: 3.0,
            asking: 0.75,
            answer_s: 0.020,
            connections: 10_000.0,
            upload_bytes_a_minute: 2_500e6,
            formats: 10.0,
            hours_a_day: 400e6,
            busiest_over_mean: 2.0,
            play_bps: 4.3e6,
            appliance_bps: 40e9,
            planned_part: 0.5,
        }
    }
}

impl Capacity {
    /// Works it out.
    pub fn needs(&self) -> Needs {
        let mean_at_once = self.hours_a_day / 24.0;
        let busiest_at_once = mean_at_once * self.busiest_over_mean;
        let busiest_bps = busiest_at_once * self.play_bps;
        Needs {
            plays_a_second: self.members * self.plays_a_day / 86_400.0,
            playback_servers: self.members * self.asking * self.answer_s / self.connections,
            stored_a_day: self.upload_bytes_a_minute * self.formats * 24.0 * 60.0,
            mean_at_once,
            busiest_at_once,
            busiest_bps,
            appliances: busiest_bps / (self.appliance_bps * self.planned_part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answers_follow() {
        let needs = Capacity::default().needs();
        assert!((needs.plays_a_second - 3_472.2).abs() < 0.1);
        assert!((needs.playback_servers - 150.0).abs() < 1e-6);
        assert!((needs.stored_a_day - 36e12).abs() < 1e3);
        assert!((needs.mean_at_once - 16_666_666.7).abs() < 0.1);
    }
}
