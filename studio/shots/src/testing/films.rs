//! Films made by ffmpeg's generators, each with one difficulty.

use super::Label;

/// A film that ffmpeg makes from a graph, and where its shots begin.
#[derive(Debug, Clone)]
pub struct Film {
    /// What is difficult in it.
    pub name: &'static str,
    /// The graph, at 25 frames a second, 192 pixels across.
    pub graph: String,
    /// Where shots begin.
    pub labels: Vec<Label>,
}

/// Shots unlike one another, each of moving things. They are endless.
const SHOTS: [&str; 6] = [
    "testsrc2=s=192x108:r=25",
    "mandelbrot=s=192x108:r=25:start_scale=2:end_scale=0.3",
    "gradients=s=192x108:r=25:seed=3:speed=0.02",
    "smptehdbars=s=384x108:r=25,crop=192:108:x='n'",
    "mandelbrot=s=384x216:r=25:start_scale=0.02:end_scale=0.01,crop=192:108:x='2*n':y=50",
    "gradients=s=192x108:r=25:type=radial:c0=0x103010:c1=0xd0d0a0:seed=9:speed=0.01",
];

/// Every film.
pub fn films() -> Vec<Film> {
    vec![hard(), dissolves(), flashes(), shake(), gaps()]
}

/// The first `frames` of a shot, named `[name]`.
fn shot(index: usize, frames: u32, treatment: &str, name: &str) -> String {
    let source = SHOTS[index % SHOTS.len()];
    format!(
        "{source},format=yuv420p,trim=end_frame={frames},setpts=N,settb=1/25{treatment}[{name}];"
    )
}

fn joined(parts: &[String]) -> String {
    let names: Vec<_> = (0..parts.len())
        .map(|index| format!("[p{index}]"))
        .collect();
    format!(
        "{}{}concat=n={}",
        parts.concat(),
        names.concat(),
        parts.len()
    )
}

fn hard() -> Film {
    let lengths = [30, 12, 45, 20, 25, 33, 16, 40];
    let each = lengths.iter().enumerate();
    let parts: Vec<_> = each
        .map(|(index, frames)| shot(index, *frames, "", &format!("p{index}")))
        .collect();
    let ends = lengths.iter().scan(0, |at, frames| {
        *at += u64::from(*frames);
        Some(*at)
    });
    Film {
        name: "hard cuts",
        graph: joined(&parts),
        labels: ends.take(lengths.len() - 1).map(|at| at..=at).collect(),
    }
}

/// Four dissolves of 10 to 50 frames.
fn dissolves() -> Film {
    let mut graph: Vec<_> = (0..5)
        .map(|index| shot(index, 100, "", &format!("s{index}")))
        .collect();
    let (mut labels, mut offset, mut before) = (Vec::new(), 0, "s0".to_owned());
    for (index, frames) in (1..).zip([10_u32, 18, 30, 50]) {
        // Each shot is whole for 40 frames before the next begins to show.
        offset += 40;
        let out = if index == 4 {
            String::new()
        } else {
            format!("[d{index}];")
        };
        let (start, length) = (f64::from(offset) / 25.0, f64::from(frames) / 25.0);
        graph.push(format!(
            "[{before}][s{index}]xfade=transition=fade:duration={length}:offset={start}{out}"
        ));
        labels.push(u64::from(offset)..=u64::from(offset + frames));
        before = format!("d{index}");
        offset += frames;
    }
    Film {
        name: "dissolves",
        graph: graph.concat(),
        labels,
    }
}

/// Two white flashes, two bright ones and a black blink in two shots, and one flash on the cut between.
fn flashes() -> Film {
    let bright = |from: u32, to: u32, value: &str| {
        format!(",eq=brightness={value}:enable='between(n,{from},{to})'")
    };
    let first = [
        bright(15, 16, "1"),
        bright(35, 37, "0.4"),
        bright(58, 59, "1"),
    ];
    let second = [bright(20, 24, "0.5"), bright(45, 48, "-1")];
    let parts = [
        shot(1, 60, &first.concat(), "p0"),
        shot(4, 70, &second.concat(), "p1"),
    ];
    Film {
        name: "flashes",
        graph: joined(&parts),
        labels: vec![58..=60],
    }
}

/// A camera held by hand, and one cut.
fn shake() -> Film {
    let shaken = ",scale=224:126,crop=192:108:x='16+9*sin(n*2.1)':y='9+6*cos(n*2.9)'";
    let parts = [shot(4, 60, shaken, "p0"), shot(0, 60, shaken, "p1")];
    Film {
        name: "camera shake",
        graph: joined(&parts),
        labels: vec![60..=60],
    }
}

/// Black between shots: cut to and from, faded to and from; black at both ends.
fn gaps() -> Film {
    let black = |name: &str| {
        format!(
            "color=black:s=192x108:r=25,format=yuv420p,trim=end_frame=12,setpts=N,settb=1/25[{name}];"
        )
    };
    let parts = [
        black("p0"),
        shot(0, 40, ",fade=in:0:10", "p1"),
        black("p2"),
        shot(1, 50, ",fade=out:38:12", "p3"),
        shot(2, 50, ",fade=in:0:12,fade=out:38:12", "p4"),
        shot(3, 40, "", "p5"),
        black("p6"),
    ];
    Film {
        name: "black gaps",
        graph: joined(&parts),
        labels: vec![52..=65, 102..=126, 152..=165],
    }
}
