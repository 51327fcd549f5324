//! The figures there are, and what each is to come to.

use tests_figures::Target;

/// What is measured. BD-rates are percents of bits at equal quality, less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// A title's own ladder over the published one in two passes, median of clips.
    Fixed,
    /// The same over the published one scaled by the title's complexity.
    Complexity,
    /// As `Fixed`, of the clip `sintel`.
    Sintel,
    /// As `Fixed`, of the clip that gains least.
    WorstClip,
    /// Bits given to parts of a title at equal slope, over one rate factor for all of a rung.
    ShotOverTitle,
    /// AV1 over H.264 at a title's own rungs.
    Av1,
    /// How far predicted quality is from measured, mean over rungs.
    Vmaf,
    /// How far the predicted rate is from the measured one, in percent, mean over rungs.
    Rate,
    /// CPU time of a title's trials over that of `ab-av1`'s search for one quality.
    CpuOverAbAv1,
    /// Time of one encoder over that of two side by side.
    Speedup,
    /// The same of the encoder alone on its own, without chunks and their keeper: what the cores have to give.
    Ceiling,
    /// CPU time of the packager over that of `shaka-packager`.
    Packaging,
    /// The most that the service itself has in memory while it makes a long title, in megabytes.
    Memory,
}

impl tests_figures::Figure for Figure {
    const ALL: &'static [Self] = &[
        Self::Fixed,
        Self::Complexity,
        Self::Sintel,
        Self::WorstClip,
        Self::ShotOverTitle,
        Self::Av1,
        Self::Vmaf,
        Self::Rate,
        Self::CpuOverAbAv1,
        Self::Speedup,
        Self::Ceiling,
        Self::Packaging,
        Self::Memory,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Fixed => "bd_rate_vs_fixed",
            Self::Complexity => "bd_rate_vs_complexity",
            Self::Sintel => "bd_rate_sintel",
            Self::WorstClip => "bd_rate_worst_clip",
            Self::ShotOverTitle => "bd_rate_shot_vs_title",
            Self::Av1 => "bd_rate_av1_vs_h264",
            Self::Vmaf => "vmaf_prediction_error",
            Self::Rate => "bitrate_prediction_error",
            Self::CpuOverAbAv1 => "cpu_over_ab_av1",
            Self::Speedup => "parallel_speedup",
            Self::Ceiling => "parallel_ceiling",
            Self::Packaging => "package_cpu_over_shaka",
            Self::Memory => "rss_mb",
        }
    }

    fn target(self) -> Target {
        match self {
            Self::Fixed | Self::Complexity => Target::AtMost(-20.0),
            Self::Sintel => Target::AtMost(-8.0),
            Self::WorstClip => Target::AtMost(2.0),
            Self::ShotOverTitle | Self::Ceiling => Target::Stated,
            Self::Av1 => Target::AtMost(-35.0),
            Self::Vmaf => Target::AtMost(1.5),
            Self::Rate => Target::AtMost(10.0),
            Self::CpuOverAbAv1 => Target::AtMost(1.0),
            Self::Speedup => Target::AtLeast(1.85),
            Self::Packaging => Target::AtMost(0.5),
            Self::Memory => Target::Below(300.0),
        }
    }
}
