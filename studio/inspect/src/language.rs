//! Languages as containers write them, turned into BCP 47.

/// ISO 639-2 codes, terminological and bibliographic, of languages that have a two-letter code: BCP 47
/// wants the shortest. Each entry is the two letters followed by the three-letter codes.
const SHORTER: &str = "aa aar,ab abk,ae ave,af afr,ak aka,am amh,an arg,ar ara,as asm,av ava,ay aym,\
az aze,ba bak,be bel,bg bul,bi bis,bm bam,bn ben,bo bod tib,br bre,bs bos,ca cat,ce che,ch cha,co cos,\
cr cre,cs ces cze,cu chu,cv chv,cy cym wel,da dan,de deu ger,dv div,dz dzo,ee ewe,el ell gre,en eng,\
eo epo,es spa,et est,eu eus baq,fa fas per,ff ful,fi fin,fj fij,fo fao,fr fra fre,fy fry,ga gle,gd gla,\
gl glg,gn grn,gu guj,gv glv,ha hau,he heb,hi hin,ho hmo,hr hrv,ht hat,hu hun,hy hye arm,hz her,ia ina,\
id ind,ie ile,ig ibo,ii iii,ik ipk,io ido,is isl ice,it ita,iu iku,ja jpn,jv jav,ka kat geo,kg kon,\
ki kik,kj kua,kk kaz,kl kal,km khm,kn kan,ko kor,kr kau,ks kas,ku kur,kv kom,kw cor,ky kir,la lat,\
lb ltz,lg lug,li lim,ln lin,lo lao,lt lit,lu lub,lv lav,mg mlg,mh mah,mi mri mao,mk mkd mac,ml mal,\
mn mon,mr mar,ms msa may,mt mlt,my mya bur,na nau,nb nob,nd nde,ne nep,ng ndo,nl nld dut,nn nno,no nor,\
nr nbl,nv nav,ny nya,oc oci,oj oji,om orm,or ori,os oss,pa pan,pi pli,pl pol,ps pus,pt por,qu que,\
rm roh,rn run,ro ron rum,ru rus,rw kin,sa san,sc srd,sd snd,se sme,sg sag,si sin,sk slk slo,sl slv,\
sm smo,sn sna,so som,sq sqi alb,sr srp,ss ssw,st sot,su sun,sv swe,sw swa,ta tam,te tel,tg tgk,th tha,\
ti tir,tk tuk,tl tgl,tn tsn,to ton,tr tur,ts tso,tt tat,tw twi,ty tah,ug uig,uk ukr,ur urd,uz uzb,\
ve ven,vi vie,vo vol,wa wln,wo wol,xh xho,yi yid,yo yor,za zha,zh zho chi,zu zul";

/// Longest tag that is kept, as RFC 5646 section 4.4.1 advises.
const LONGEST: usize = 35;

/// A container's language as BCP 47; `und` when it says none or nonsense. A tag that is BCP 47 already
/// is kept, its language part shortened.
pub fn bcp47(said: &str) -> String {
    let tag = said.trim().replace('_', "-");
    let well_formed = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if tag.len() > LONGEST || !tag.split('-').all(well_formed) {
        return "und".to_owned();
    }
    let (language, rest) = tag.split_once('-').unwrap_or((&tag, ""));
    let language = language.to_ascii_lowercase();
    if !matches!(language.len(), 2 | 3) || !language.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return "und".to_owned();
    }
    let language = shortened(&language).unwrap_or(&language);
    if rest.is_empty() {
        language.to_owned()
    } else {
        format!("{language}-{rest}")
    }
}

fn shortened(three: &str) -> Option<&'static str> {
    SHORTER
        .split(',')
        .filter_map(|entry| entry.split_once(' '))
        .find(|(_, longer)| longer.split(' ').any(|code| code == three))
        .map(|(two, _)| two)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_kinds_of_three_letter_codes_are_shortened() {
        for (said, expected) in [
            ("eng", "en"),
            ("fre", "fr"),
            ("fra", "fr"),
            ("ger", "de"),
            ("DEU", "de"),
            ("chi", "zh"),
            ("yue", "yue"),
            ("pt-BR", "pt-BR"),
            ("spa_419", "es-419"),
            ("und", "und"),
            ("", "und"),
            ("english", "und"),
            ("e\u{301}n", "und"),
            ("en--US", "und"),
        ] {
            assert_eq!(bcp47(said), expected, "{said}");
        }
    }

    #[test]
    fn the_table_is_well_formed() {
        assert_eq!(SHORTER.split(',').count(), 183);
        for entry in SHORTER.split(',') {
            let mut codes = entry.split(' ');
            assert_eq!(codes.next().map(str::len), Some(2), "{entry}");
            assert!(codes.all(|code| code.len() == 3), "{entry}");
        }
    }

    proptest! {
        #[test]
        fn anything_becomes_a_tag(said in ".{0,50}") {
            let tag = bcp47(&said);
            prop_assert!(tag.len() >= 2 && tag.len() <= LONGEST);
            prop_assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        }
    }
}
