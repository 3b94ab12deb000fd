//! AUTO's reasons in words, for the person who asks why.

use crate::classify::{classify_demand, is_seldom};
use crate::select::Choice;
use crate::{Algorithm, Direction, Error, Trend};

/// Why AUTO settled on its choice.
pub(crate) fn reason(
    history: &[f64],
    season_length: Option<usize>,
    choice: &Choice,
) -> Result<String, Error> {
    let kind = kind(history)?;
    let season = match season_length {
        Some(length) => format!("a season of {length}"),
        None => "no season".to_owned(),
    };
    let trend = trend(&choice.trend);
    let algorithm = choice.algorithm;
    Ok(if algorithm == Algorithm::Combination {
        format!(
            "{kind} and shows {season} and {trend}: a combination of models for such demand is \
             taken, which erred less than single models on other series."
        )
    } else {
        format!(
            "{kind} and shows {season} and {trend}. The combination of models could not be used; of \
             the others {algorithm} erred least on the last part of the history."
        )
    })
}

fn trend(trend: &Trend) -> String {
    let way = match trend.direction {
        Direction::Up => "a rising trend",
        Direction::Down => "a falling trend",
        Direction::None => return "no trend".to_owned(),
    };
    format!("{way} (Kendall's tau {:.2})", trend.tau)
}

/// How demand comes, with the figures behind it.
fn kind(history: &[f64]) -> Result<String, Error> {
    let class = classify_demand(history)?;
    let often = if is_seldom(history) {
        "seldom"
    } else {
        "often"
    };
    let interval = class
        .adi
        .map_or_else(String::new, |adi| format!(", one step in {adi:.2} has any"));
    let sizes = class.cv_squared.map_or_else(String::new, |cv_squared| {
        format!(", squared variation of sizes {cv_squared:.2}")
    });
    Ok(format!(
        "Demand comes {often} ({}{interval}{sizes})",
        class.pattern
    ))
}
