//! The figures there are, and what each is to come to.

use tests_figures::{Figure as _, Target};

/// What is measured. Ratios are medians over paired rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// Time of a get, over raw fjall's.
    KvGet,
    /// Time of a put of a new key, over raw fjall's.
    KvPut,
    /// Time of a put of a key that is there, over raw fjall's.
    KvOverwrite,
    /// Time of puts that are on the disk, of many writers, over raw fjall's.
    KvDurablePut,
    /// Rate of reading a record by pages, over raw fjall's rate of scanning it.
    Pages,
    /// Rate of the log's appends, over the rate of a file's writes and syncs.
    LogDisk,
    /// Rate of the log's appends, over NATS `JetStream`'s.
    LogNats,
    /// Time of a page from a wide partition before it was split, over that after it, on Cassandra.
    WideSpeedup,
    /// Time of a page from a wide partition after it was split, over that before it, on fjall.
    WideCost,
    /// Nanoseconds of a check of the filter of split partitions.
    Bloom,
    /// Nanoseconds of a dataset's lookup.
    HollowLookup,
    /// Time of applying a delta of one record in a hundred, over that of loading a snapshot.
    HollowDelta,
    /// Rankings a second, of one core.
    Decisions,
    /// Microseconds that 99 of 100 rankings take at most.
    DecisionP99,
    /// Microseconds of the longest ranking while tables are replaced.
    Swap,
    /// Rankings a second with the rate set aside, a token signed and the URLs written, of one core.
    Sessions,
    /// The processor's time for a GiB of files of 2 MiB, over nginx's.
    PlainCpu,
    /// The processor's time for a GiB of files of 2 MiB by TLS, over nginx's.
    TlsCpu,
    /// The same, over nginx's on a newer OpenSSL than the distribution's.
    TlsCpuNewest,
    /// The processor's time for a GiB of files of 64 KiB by TLS, over nginx's.
    TlsSmallCpu,
    /// Requests a second for files of 1 KiB, over nginx's.
    SmallRate,
    /// Time to the first byte of a body from the disk that 99 of 100 wait at most, over nginx's.
    ColdFirstByte,
    /// Connections that an appliance holds while nobody asks on them.
    IdleConnections,
    /// Mebibytes that an appliance's memory grows by while it is asked for long.
    SoakGrowth,
    /// Recall of the titles most watched on held-back days by forecasts, over that by the last day's counts.
    RecallOverCounts,
    /// Hit ratio of nightly placement over LRU's.
    HitOverLru,
    /// Hit ratio of nightly placement over that of Belady's optimum.
    HitOverOptimum,
    /// Seconds of the simulated day of the whole service.
    SimulatedDay,
    /// The part of its bytes that providers' networks send.
    IspShare,
}

/// Figures that are measured on the same ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// The data layer.
    Data,
    /// Steering.
    Steering,
    /// An appliance.
    Edge,
    /// Fill, and the day it is made for.
    Fill,
}

impl Group {
    /// Its name on the command line.
    pub(crate) fn named(word: &str) -> Option<Self> {
        match word {
            "data" => Some(Self::Data),
            "steering" => Some(Self::Steering),
            "edge" => Some(Self::Edge),
            "fill" => Some(Self::Fill),
            _ => None,
        }
    }

    /// Its figures.
    pub(crate) fn figures(self) -> Vec<Figure> {
        let own = |figure: &Figure| figure.group() == self;
        Figure::ALL.iter().copied().filter(own).collect()
    }
}

impl tests_figures::Figure for Figure {
    const ALL: &'static [Self] = &[
        Self::KvGet,
        Self::KvPut,
        Self::KvOverwrite,
        Self::KvDurablePut,
        Self::Pages,
        Self::LogDisk,
        Self::LogNats,
        Self::WideSpeedup,
        Self::WideCost,
        Self::Bloom,
        Self::HollowLookup,
        Self::HollowDelta,
        Self::Decisions,
        Self::DecisionP99,
        Self::Swap,
        Self::Sessions,
        Self::PlainCpu,
        Self::TlsCpu,
        Self::TlsCpuNewest,
        Self::TlsSmallCpu,
        Self::SmallRate,
        Self::ColdFirstByte,
        Self::IdleConnections,
        Self::SoakGrowth,
        Self::RecallOverCounts,
        Self::HitOverLru,
        Self::HitOverOptimum,
        Self::SimulatedDay,
        Self::IspShare,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::KvGet => "kv_get_over_fjall",
            Self::KvPut => "kv_put_over_fjall",
            Self::KvOverwrite => "kv_overwrite_over_fjall",
            Self::KvDurablePut => "kv_durable_put_over_fjall",
            Self::Pages => "page_over_scan",
            Self::LogDisk => "log_over_disk",
            Self::LogNats => "log_over_nats",
            Self::WideSpeedup => "wide_split_speedup",
            Self::WideCost => "wide_split_cost",
            Self::Bloom => "bloom_ns",
            Self::HollowLookup => "hollow_lookup_ns",
            Self::HollowDelta => "hollow_delta_over_snapshot",
            Self::Decisions => "decisions_per_s",
            Self::DecisionP99 => "decision_p99_us",
            Self::Swap => "swap_max_us",
            Self::Sessions => "sessions_per_s",
            Self::PlainCpu => "plain_cpu_over_nginx",
            Self::TlsCpu => "tls_cpu_over_nginx",
            Self::TlsCpuNewest => "tls_cpu_over_nginx_openssl35",
            Self::TlsSmallCpu => "tls_small_cpu_over_nginx",
            Self::SmallRate => "small_rps_over_nginx",
            Self::IdleConnections => "idle_connections",
            Self::SoakGrowth => "soak_growth_mib",
            Self::ColdFirstByte => "cold_ttfb_over_nginx",
            Self::RecallOverCounts => "recall_over_counts",
            Self::HitOverLru => "hit_over_lru",
            Self::HitOverOptimum => "hit_over_optimum",
            Self::SimulatedDay => "simulated_day_s",
            Self::IspShare => "isp_share",
        }
    }

    fn target(self) -> Target {
        match self {
            Self::KvGet | Self::KvDurablePut => Target::AtMost(1.25),
            Self::KvPut => Target::AtMost(1.5),
            Self::KvOverwrite => Target::AtMost(2.0),
            Self::Pages => Target::AtLeast(0.7),
            Self::LogDisk => Target::AtLeast(0.8),
            Self::LogNats | Self::RecallOverCounts => Target::Above(1.0),
            Self::WideSpeedup | Self::Sessions => Target::Stated,
            Self::WideCost => Target::AtMost(1.1),
            Self::Bloom => Target::Below(100.0),
            Self::HollowLookup => Target::Below(150.0),
            Self::HollowDelta => Target::Below(0.05),
            Self::Decisions => Target::AtLeast(500_000.0),
            Self::DecisionP99 => Target::Below(50.0),
            Self::Swap => Target::AtMost(1_000.0),
            Self::PlainCpu => Target::AtMost(1.05),
            Self::TlsCpu => Target::AtMost(0.65),
            Self::TlsCpuNewest => Target::AtMost(1.0),
            Self::SmallRate => Target::AtLeast(1.2),
            Self::IdleConnections => Target::AtLeast(100_000.0),
            Self::SoakGrowth => Target::AtMost(8.0),
            Self::TlsSmallCpu | Self::ColdFirstByte => Target::AtMost(0.5),
            Self::HitOverLru => Target::AtLeast(1.1),
            Self::HitOverOptimum => Target::AtLeast(0.85),
            Self::SimulatedDay => Target::Below(600.0),
            Self::IspShare => Target::AtLeast(0.95),
        }
    }
}

impl Figure {
    /// What it is measured with.
    pub(crate) fn group(self) -> Group {
        match self {
            Self::Decisions | Self::DecisionP99 | Self::Swap | Self::Sessions => Group::Steering,
            Self::PlainCpu
            | Self::TlsCpu
            | Self::TlsCpuNewest
            | Self::TlsSmallCpu
            | Self::SmallRate
            | Self::IdleConnections
            | Self::SoakGrowth
            | Self::ColdFirstByte => Group::Edge,
            Self::RecallOverCounts
            | Self::HitOverLru
            | Self::HitOverOptimum
            | Self::SimulatedDay
            | Self::IspShare => Group::Fill,
            _ => Group::Data,
        }
    }
}
