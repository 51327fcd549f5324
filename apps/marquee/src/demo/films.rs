//! What the demonstration films are: generators for picture and sound, and words for the subtitles.

/// Length of each film, in seconds.
pub(crate) const SECONDS: u32 = 30;

/// One film.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Film {
    /// The file's name without its ending.
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) tags: &'static [&'static str],
    /// An ffmpeg filter graph that ends in `[v]` and `[a]`.
    pub(crate) graph: &'static str,
    /// English and German lines, spread evenly over the film.
    pub(crate) english: &'static [&'static str],
    pub(crate) german: &'static [&'static str],
}

/// The word every demonstration film is tagged with.
pub(crate) const TAG: &str = "demonstration";

/// The quickest to make first: somebody waits before an empty screen.
pub(crate) const FILMS: [Film; 3] = [COLONY, DIVE, ORBIT];

const DIVE: Film = Film {
    file: "the-dive",
    title: "The Dive",
    description: "A slow fall into the edge of the Mandelbrot set, six thousand times deeper at the \
                  end than at the start.",
    tags: &[TAG, "mathematics", "abstract"],
    graph: "mandelbrot=size=1280x720:rate=25:start_scale=3:end_scale=0.0005:end_pts=750:maxiter=400\
            :start_x=-0.743643887037151:start_y=0.131825904205330\
            :outer=normalized_iteration_count:bailout=100,\
            format=gray,format=yuv444p,pseudocolor=preset=inferno,format=yuv420p[v];\
            aevalsrc='0.18*sin(2*PI*55*t)*(0.6+0.4*sin(2*PI*0.11*t))\
            +0.1*sin(2*PI*(110+0.5*t)*t)*exp(-mod(t\\,2)*1.5)\
            +0.07*sin(2*PI*330*t)*exp(-mod(t+0.5\\,4))\
            |0.18*sin(2*PI*55.3*t)*(0.6+0.4*cos(2*PI*0.09*t))\
            +0.1*sin(2*PI*(165+0.25*t)*t)*exp(-mod(t+1\\,2)*1.5)\
            +0.07*sin(2*PI*247.5*t)*exp(-mod(t+2.5\\,4))':s=48000[a]",
    english: &[
        "Every point asks one question.",
        "Square, add, and look again.",
        "Some numbers stay. Others run.",
        "The border between them has no end.",
        "However far down you go, there is more shore.",
    ],
    german: &[
        "Jeder Punkt stellt eine einzige Frage.",
        "Quadrieren, addieren, noch einmal hinsehen.",
        "Manche Zahlen bleiben. Andere laufen davon.",
        "Die Grenze zwischen ihnen hat kein Ende.",
        "So tief man auch fällt, es kommt immer mehr Ufer.",
    ],
};

const COLONY: Film = Film {
    file: "colony",
    title: "Colony",
    description: "Conway's rules on a closed world: two or three neighbours and you live, and \
                  where you lived a trace stays.",
    tags: &[TAG, "mathematics", "life"],
    graph: "life=size=320x180:rate=25:mold=12:ratio=0.32:seed=11:stitch=1\
            :life_color=#ffb454:death_color=#24406b:mold_color=#0d0f14,\
            scale=1280:720:flags=neighbor,format=yuv420p[v];\
            aevalsrc='0.2*sin(2*PI*220*pow(2\\,floor(mod(t*2\\,5))/5)*t)*exp(-6*mod(t\\,0.5))\
            +0.1*sin(2*PI*82.4*t)\
            |0.2*sin(2*PI*330*pow(2\\,floor(mod(t*1.5\\,7))/7)*t)*exp(-4*mod(t\\,0.667))\
            +0.1*sin(2*PI*82.4*t)':s=48000[a]",
    english: &[
        "A noisy beginning.",
        "Alone, a cell dies. Crowded, it dies too.",
        "What is left blinks, glides, or stands still.",
        "Blue is where somebody was.",
        "Nobody planned this.",
    ],
    german: &[
        "Ein lauter Anfang.",
        "Allein stirbt eine Zelle. Im Gedränge auch.",
        "Was bleibt, blinkt, gleitet oder steht.",
        "Blau ist, wo jemand war.",
        "Niemand hat das geplant.",
    ],
};

const ORBIT: Film = Film {
    file: "orbit",
    title: "Orbit",
    description: "Two tones draw the path you see: one pulls sideways, one pulls up, and a \
                  hundredth of a hertz between them keeps it turning.",
    tags: &[TAG, "sound", "abstract"],
    graph: "aevalsrc='0.4*sin(2*PI*110*t)+0.25*sin(2*PI*(165.02+0.3*sin(0.21*t))*t)\
            |0.4*cos(2*PI*110.03*t)+0.25*cos(2*PI*220.05*t)':s=48000:d=30,asplit[a][s];\
            [s]avectorscope=size=1280x720:rate=25:mode=lissajous_xy:draw=aaline\
            :rc=255:gc=180:bc=84:rf=20:gf=10:bf=4:zoom=1.2,format=yuv420p[v]",
    english: &[
        "What you hear is what you see.",
        "Left moves the pen across.",
        "Right moves it up and down.",
        "A little out of tune, so it never closes.",
    ],
    german: &[
        "Was man hört, ist, was man sieht.",
        "Links führt den Stift quer.",
        "Rechts führt ihn auf und ab.",
        "Ein wenig verstimmt, darum schließt sich die Bahn nie.",
    ],
};

/// A WebVTT file with `lines` spread evenly over the film, each with a pause after it.
pub(crate) fn subtitles(lines: &[&str]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("WEBVTT\n");
    let slot_ms = SECONDS * 1000 / u32::try_from(lines.len()).unwrap_or(1).max(1);
    for (line, start_ms) in lines.iter().zip((0..).step_by(slot_ms as usize)) {
        let (from, to) = (start_ms + 600, start_ms + slot_ms - 400);
        let _ = write!(text, "\n{} --> {}\n{line}\n", clock(from), clock(to));
    }
    text
}

fn clock(ms: u32) -> String {
    format!(
        "00:{:02}:{:02}.{:03}",
        ms / 60_000,
        ms / 1000 % 60,
        ms % 1000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_spread_over_the_film_without_touching() {
        let text = subtitles(&["one", "two"]);
        assert_eq!(
            text,
            "WEBVTT\n\n00:00:00.600 --> 00:00:14.600\none\n\n00:00:15.600 --> 00:00:29.600\ntwo\n"
        );
    }

    #[test]
    fn every_film_has_both_languages_and_a_name_of_its_own() {
        for film in FILMS {
            assert_eq!(film.english.len(), film.german.len(), "{}", film.title);
            assert_eq!(
                FILMS.iter().filter(|other| other.file == film.file).count(),
                1
            );
        }
    }
}
