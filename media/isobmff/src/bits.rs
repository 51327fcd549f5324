//! Fields narrower than a byte, as codecs pack them.

/// Reads bits in order, the highest of a byte first.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits, at most 64; `None` when there are fewer.
    pub(crate) fn take(&mut self, count: u32) -> Option<u64> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u64::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// A byte's worth or less.
    pub(crate) fn small(&mut self, count: u32) -> Option<u8> {
        self.take(count).map(|value| value as u8)
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    /// Leading zeros, a one, and as many bits as there were zeros.
    pub(crate) fn exp_golomb(&mut self) -> Option<u64> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 32 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_highest_first_and_run_out() {
        let mut bits = Bits::new(&[0b1010_0110, 0xff]);
        assert_eq!((bits.small(3), bits.flag()), (Some(0b101), Some(false)));
        assert_eq!(bits.exp_golomb(), Some(2), "011 is two");
        assert_eq!(bits.take(9), Some(0xff));
        assert_eq!(bits.take(1), None);
    }
}
