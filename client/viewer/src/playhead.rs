//! The picture's position against what is buffered: when it starts, stalls and goes on.

use std::time::Duration;

use crate::limits::{RESUME_BUFFER, START_BUFFER};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Playing,
    Stalled,
}

/// What is buffered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Buffered {
    /// The time of the title up to which everything is there.
    pub(crate) end: Duration,
    /// Nothing more will come.
    pub(crate) complete: bool,
}

/// The position shown. Wall-clock times are since the first request.
#[derive(Debug, Clone)]
pub(crate) struct Playhead {
    speed: f64,
    state: State,
    at: Duration,
    pub(crate) position: Duration,
    pub(crate) startup: Option<Duration>,
    pub(crate) stalls: u32,
    pub(crate) stalled: Duration,
}

impl Playhead {
    pub(crate) const fn new(speed: f64) -> Self {
        Self {
            speed,
            state: State::Starting,
            at: Duration::ZERO,
            position: Duration::ZERO,
            startup: None,
            stalls: 0,
            stalled: Duration::ZERO,
        }
    }

    /// How much is buffered ahead of the position.
    pub(crate) fn ahead(&self, buffered: Buffered) -> Duration {
        buffered.end.saturating_sub(self.position)
    }

    /// The wall-clock time it takes to show so much of the title.
    pub(crate) fn wall(&self, of_title: Duration) -> Duration {
        of_title.div_f64(self.speed)
    }

    /// Moves the clock to `now`, with `buffered` as it has been since the last call.
    pub(crate) fn advance(&mut self, now: Duration, buffered: Buffered) {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        match self.state {
            State::Starting => {}
            State::Stalled => self.stalled += passed,
            State::Playing => {
                let ahead = self.ahead(buffered);
                let lasts = self.wall(ahead);
                if passed < lasts {
                    self.position += passed.mul_f64(self.speed);
                } else {
                    self.position += ahead;
                    if !buffered.complete {
                        self.state = State::Stalled;
                        self.stalls += 1;
                        self.stalled += passed.saturating_sub(lasts);
                    }
                }
            }
        }
    }

    /// Starts or resumes when there is enough.
    pub(crate) fn settle(&mut self, buffered: Buffered) {
        let needed = match self.state {
            State::Playing => return,
            State::Starting => START_BUFFER,
            State::Stalled => RESUME_BUFFER,
        };
        if buffered.complete || self.ahead(buffered) >= needed {
            self.state = State::Playing;
            self.startup.get_or_insert(self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    const fn to(millis: u64, complete: bool) -> Buffered {
        Buffered {
            end: at(millis),
            complete,
        }
    }

    #[test]
    fn a_stall_begins_when_the_buffer_ran_out_and_ends_when_enough_is_there() {
        let mut head = Playhead::new(1.0);
        head.advance(at(700), to(0, false));
        head.settle(to(4_000, false));
        assert_eq!(head.startup, Some(at(700)));
        head.advance(at(5_700), to(4_000, false));
        assert_eq!(
            (head.position, head.stalls, head.stalled),
            (at(4_000), 1, at(1_000))
        );
        head.settle(to(6_000, false));
        head.advance(at(6_700), to(6_000, false));
        assert_eq!((head.position, head.stalled), (at(4_000), at(2_000)));
        head.settle(to(8_000, false));
        head.advance(at(7_700), to(8_000, false));
        assert_eq!(
            (head.position, head.stalls, head.stalled),
            (at(5_000), 1, at(2_000))
        );
    }

    #[test]
    fn the_end_of_the_title_is_no_stall() {
        let mut head = Playhead::new(2.0);
        head.settle(to(1_000, true));
        head.advance(at(250), to(1_000, true));
        assert_eq!(head.position, at(500));
        head.advance(at(9_000), to(1_000, true));
        assert_eq!((head.position, head.stalls), (at(1_000), 0));
    }
}
