//! A part of the frame.

use serde::{Deserialize, Serialize};

/// The whole of a side, in the units of a [`Region`].
pub const FULL: u16 = 10_000;

/// A rectangle in ten-thousandths of the frame's width and height, whatever the frame's size; inside the
/// frame and never empty. The origin is the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Plain", into = "Plain")]
pub struct Region {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
}

/// The rectangle would be empty or leave the frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a region of {width}x{height} at {x},{y} is empty or leaves the frame of 10000x10000")]
pub struct BadRegion {
    /// Its left edge.
    pub x: u16,
    /// Its upper edge.
    pub y: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl Region {
    /// A rectangle by its upper left corner and its size.
    ///
    /// # Errors
    /// [`BadRegion`] when a side is zero or an edge lies outside of the frame.
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Result<Self, BadRegion> {
        let inside =
            x as u32 + width as u32 <= FULL as u32 && y as u32 + height as u32 <= FULL as u32;
        if inside && width > 0 && height > 0 {
            Ok(Self {
                x,
                y,
                width,
                height,
            })
        } else {
            Err(BadRegion {
                x,
                y,
                width,
                height,
            })
        }
    }

    /// The part inside the frame of a rectangle in fractions of it; nothing where that is empty.
    pub fn from_fractions(x: f64, y: f64, width: f64, height: f64) -> Option<Self> {
        let units = |fraction: f64| (fraction.clamp(0.0, 1.0) * f64::from(FULL)).round() as u16;
        let (left, top) = (units(x), units(y));
        let (right, bottom) = (units(x + width), units(y + height));
        Self::new(
            left,
            top,
            right.saturating_sub(left),
            bottom.saturating_sub(top),
        )
        .ok()
    }

    /// The left edge.
    pub const fn x(self) -> u16 {
        self.x
    }

    /// The upper edge.
    pub const fn y(self) -> u16 {
        self.y
    }

    /// The width.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// The height.
    pub const fn height(self) -> u16 {
        self.height
    }

    /// The first unit right of it.
    pub const fn right(self) -> u16 {
        self.x + self.width
    }

    /// The first unit below it.
    pub const fn bottom(self) -> u16 {
        self.y + self.height
    }

    /// Whether the two have a point in common. Regions that only touch have none.
    pub const fn meets(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// The least region that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: self.right().max(other.right()) - x,
            height: self.bottom().max(other.bottom()) - y,
        }
    }

    /// The share of the two regions' union that both cover, from 0 to 1.
    pub fn likeness(self, other: Self) -> f64 {
        let side = |from: u16, to: u16| f64::from(to.saturating_sub(from));
        let common = side(self.x.max(other.x), self.right().min(other.right()))
            * side(self.y.max(other.y), self.bottom().min(other.bottom()));
        let area = |region: Self| f64::from(region.width) * f64::from(region.height);
        common / (area(self) + area(other) - common)
    }
}

/// As it is written down.
#[derive(Serialize, Deserialize)]
struct Plain {
    x: u16,
    y: u16,
    width: u16,
    height: u16,
}

impl TryFrom<Plain> for Region {
    type Error = BadRegion;

    fn try_from(plain: Plain) -> Result<Self, BadRegion> {
        Self::new(plain.x, plain.y, plain.width, plain.height)
    }
}

impl From<Region> for Plain {
    fn from(region: Region) -> Self {
        Self {
            x: region.x,
            y: region.y,
            width: region.width,
            height: region.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_stay_inside_the_frame() {
        assert!(Region::new(9_000, 0, 1_001, 10).is_err());
        assert!(Region::new(0, 0, 0, 10).is_err());
        assert!(Region::new(u16::MAX, 0, u16::MAX, 1).is_err());
        let clipped = Region::from_fractions(-0.5, 0.9, 1.0, 0.5);
        assert_eq!(clipped, Region::new(0, 9_000, 5_000, 1_000).ok());
        assert_eq!(Region::from_fractions(1.2, 0.0, 0.5, 0.5), None);
    }

    #[test]
    fn regions_that_touch_do_not_meet() {
        let left = Region::new(0, 0, 5_000, FULL).unwrap();
        let right = Region::new(5_000, 0, 5_000, FULL).unwrap();
        assert!(!left.meets(right) && left.joined(right).width() == FULL);
        assert!(left.likeness(right).abs() < f64::EPSILON);
        assert!((left.likeness(left) - 1.0).abs() < f64::EPSILON);
    }
}
