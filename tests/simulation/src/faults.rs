//! How often what goes wrong.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// Chances of faults, each of one call in a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Most turns a call waits for others, before it is applied and again before it is answered.
    pub turns: u32,
    /// A write is not applied, and its caller is told that nobody knows.
    pub refused: u32,
    /// A write is applied, and its caller is told that nobody knows.
    pub answer_lost: u32,
    /// A write's caller is told that nobody knows, and it is applied some calls later.
    pub late: u32,
    /// A write is applied, and once more some calls later.
    pub twice: u32,
    /// A read is not answered.
    pub unread: u32,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        turns: 0,
        refused: 0,
        answer_lost: 0,
        late: 0,
        twice: 0,
        unread: 0,
    };

    /// Much goes wrong.
    pub const MANY: Self = Self {
        turns: 4,
        refused: 4,
        answer_lost: 6,
        late: 4,
        twice: 10,
        unread: 3,
    };
}

/// What becomes of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Fine,
    Twice,
    Refused,
    AnswerLost,
    Late,
}

impl Faults {
    pub(crate) fn fate(&self, rng: &mut StdRng) -> Fate {
        let mut draw = rng.random_range(0..100_u32);
        let chances = [
            (self.refused, Fate::Refused),
            (self.answer_lost, Fate::AnswerLost),
            (self.late, Fate::Late),
            (self.twice, Fate::Twice),
        ];
        for (chance, fate) in chances {
            if draw < chance {
                return fate;
            }
            draw -= chance;
        }
        Fate::Fine
    }

    pub(crate) fn is_unread(&self, rng: &mut StdRng) -> bool {
        rng.random_range(0..100) < self.unread
    }

    pub(crate) fn wait(&self, rng: &mut StdRng) -> u32 {
        rng.random_range(0..=self.turns)
    }
}
