//! Days whose record says too little or too much: stock-outs hide demand, one-off orders exaggerate it.
//!
//! Such a day counts as missing, and what was usual on its weekday takes its place: the mean of up to
//! four known days of the same weekday before it and four after it, at most eight weeks away; where
//! there is none, a line between the nearest known days. On a stock-out day at least what was recorded
//! was asked for, so the bridge never goes below that.
//!
//! A day is an outlier when its demand is far above that of its neighbours: the logarithm of its ratio
//! to their median lies beyond the third quartile of all such logarithms by three times their
//! interquartile range (the far fence of Tukey 1977), and the ratio is above two. Logarithms, because
//! sizes of orders are skewed; days without demand are never outliers, and low ones neither.

use std::str::FromStr;

/// Which days count as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masks {
    /// None: every day is what was recorded.
    None,
    /// Days on which stock had run out.
    Stockouts,
    /// Days far above their neighbours.
    Outliers,
    /// Stock-outs and outliers.
    Both,
}

impl Masks {
    /// Whether [`mask_outliers`] is wanted.
    pub fn outliers(self) -> bool {
        matches!(self, Masks::Outliers | Masks::Both)
    }
}

impl FromStr for Masks {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, crate::Error> {
        match name {
            "NONE" => Ok(Masks::None),
            "STOCKOUTS" => Ok(Masks::Stockouts),
            "OUTLIERS" => Ok(Masks::Outliers),
            "BOTH" => Ok(Masks::Both),
            _ => Err(crate::Error::UnknownMasks(name.chars().take(64).collect())),
        }
    }
}

const WEEK: usize = 7;
/// Weeks on either side in which a weekday is looked for.
const WEEKS: usize = 8;
/// Known days on either side that a bridge rests on.
const PIERS: usize = 4;
/// Days on either side where a weekday has too few with demand.
const DAYS: usize = 28;
/// Neighbours with demand below which nothing can be said of a day.
const NEIGHBOURS: usize = 4;
/// Days with demand below which a series has no quartiles to go by.
const ENOUGH: usize = 20;
/// Ratio to the neighbours up to which nothing is an outlier.
const USUAL: f64 = 2.0;

/// Puts what was usual in place of days far above their neighbours, and answers how many there were.
pub fn mask_outliers(values: &mut [f64]) -> usize {
    let hidden = outliers(values);
    for (value, hidden) in values.iter_mut().zip(&hidden) {
        if *hidden {
            *value = 0.0;
        }
    }
    bridge(values, &hidden);
    hidden.iter().filter(|hidden| **hidden).count()
}

/// Which days are far above their neighbours.
fn outliers(values: &[f64]) -> Vec<bool> {
    let excess: Vec<Option<f64>> = (0..values.len())
        .map(|place| Some((values[place] / typical(values, place)?).ln()))
        .collect();
    let mut sorted: Vec<f64> = excess.iter().flatten().copied().collect();
    if sorted.len() < ENOUGH {
        return vec![false; values.len()];
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let quartile = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let (low, high) = (quartile(0.25), quartile(0.75));
    let fence = (high + 3.0 * (high - low)).max(USUAL.ln());
    excess
        .iter()
        .map(|excess| excess.is_some_and(|excess| excess > fence))
        .collect()
}

/// Median demand of a day's neighbours with demand; `None` where the day has none itself or they are
/// too few.
fn typical(values: &[f64], place: usize) -> Option<f64> {
    if values[place] <= 0.0 {
        return None;
    }
    let around = |step: usize, count: usize| -> Vec<f64> {
        let days = (1..=count).flat_map(|turn| {
            let before = place.checked_sub(turn * step);
            [before, place.checked_add(turn * step)]
        });
        let sizes = days.flatten().filter_map(|day| values.get(day).copied());
        sizes.filter(|size| *size > 0.0).collect()
    };
    let mut sizes = around(WEEK, WEEKS);
    if sizes.len() < NEIGHBOURS {
        sizes = around(1, DAYS);
    }
    if sizes.len() < NEIGHBOURS {
        return None;
    }
    sizes.sort_unstable_by(f64::total_cmp);
    let middle = sizes.len() / 2;
    Some(if sizes.len() % 2 == 0 {
        0.5 * (sizes[middle - 1] + sizes[middle])
    } else {
        sizes[middle]
    })
}

/// Puts what was usual in place of hidden days, at least what they hold. A series of nothing but
/// hidden days stays as it is.
pub(crate) fn bridge(values: &mut [f64], hidden: &[bool]) {
    let bridges: Vec<(usize, f64)> = (0..values.len())
        .filter(|place| hidden[*place])
        .filter_map(|place| Some((place, usual(values, hidden, place)?)))
        .collect();
    for (place, value) in bridges {
        values[place] = values[place].max(value);
    }
}

/// What was usual on a day, by the known days around it.
fn usual(values: &[f64], hidden: &[bool], place: usize) -> Option<f64> {
    let known = |day: &usize| !hidden[*day];
    let before = (1..=WEEKS).map_while(|week| place.checked_sub(week * WEEK));
    let after = (1..=WEEKS).map(|week| place + week * WEEK);
    let after = after.take_while(|day| *day < values.len());
    let piers: Vec<usize> = before
        .filter(known)
        .take(PIERS)
        .chain(after.filter(known).take(PIERS))
        .collect();
    if !piers.is_empty() {
        return Some(piers.iter().map(|day| values[*day]).sum::<f64>() / piers.len() as f64);
    }
    let before = (0..place).rev().find(known);
    let after = (place + 1..values.len()).find(known);
    match (before, after) {
        (Some(before), Some(after)) => {
            let share = (place - before) as f64 / (after - before) as f64;
            Some(values[before] + share * (values[after] - values[before]))
        }
        (Some(day), None) | (None, Some(day)) => Some(values[day]),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn week(days: usize) -> Vec<f64> {
        (0..days).map(|day| 10.0 + 5.0 * (day % 7) as f64).collect()
    }

    fn hide(days: usize, which: impl Fn(usize) -> bool) -> Vec<bool> {
        (0..days).map(which).collect()
    }

    #[test]
    fn a_stock_out_of_two_weeks_is_bridged_weekday_by_weekday() {
        for first in [0, 20, 42] {
            let mut values = week(56);
            let hidden = hide(56, |day| (first..first + 14).contains(&day));
            values[first..first + 14].fill(0.0);
            bridge(&mut values, &hidden);
            assert_eq!(values, week(56), "from day {first}");
        }
    }

    #[test]
    fn what_was_sold_before_stock_ran_out_is_the_least_that_was_asked_for() {
        let mut values = week(28);
        values[10] = 90.0;
        bridge(&mut values, &hide(28, |day| day == 10));
        assert_eq!(values[10], 90.0);
    }

    #[test]
    fn without_a_known_weekday_a_line_takes_its_place() {
        let mut values = vec![2.0, 0.0, 0.0, 8.0, 0.0];
        bridge(&mut values, &hide(5, |day| [1, 2, 4].contains(&day)));
        assert_eq!(values, [2.0, 4.0, 6.0, 8.0, 8.0]);
    }

    #[test]
    fn nothing_known_leaves_everything_as_it_is() {
        let mut values = vec![1.0, 0.0, 3.0];
        bridge(&mut values, &[true; 3]);
        assert_eq!(values, [1.0, 0.0, 3.0]);
    }

    #[test]
    fn one_order_of_ten_times_the_usual_is_an_outlier() {
        let mut values = week(84);
        for (day, value) in values.iter_mut().enumerate() {
            *value += (day * 7_919 % 5) as f64;
        }
        let usual = values[40];
        values[40] *= 10.0;
        assert_eq!(mask_outliers(&mut values), 1);
        assert!((values[40] - usual).abs() < 5.0, "{}", values[40]);
    }

    #[test]
    fn a_season_a_trend_and_a_new_level_are_no_outliers() {
        let mut season = week(84);
        let mut trend: Vec<f64> = (1..=84).map(f64::from).collect();
        let mut level = vec![5.0; 42];
        level.extend([50.0; 42]);
        for values in [&mut season, &mut trend, &mut level] {
            let former = values.clone();
            assert_eq!(mask_outliers(values), 0);
            assert_eq!(*values, former);
        }
    }

    #[test]
    fn seldom_demand_is_judged_by_its_sizes() {
        let mut values: Vec<f64> = (0..365)
            .map(|day| f64::from(u8::from(day % 5 == 0)) * (1 + day % 4) as f64)
            .collect();
        values[200] = 400.0;
        assert_eq!(mask_outliers(&mut values), 1);
        assert!(values[200] < 10.0);
    }

    /// Twenty days: so many of each quantity, and the last of them.
    fn twenty(often: &[(usize, f64)], last: f64) -> Vec<f64> {
        let days = often.iter().flat_map(|(days, value)| vec![*value; *days]);
        let values: Vec<f64> = days.chain([last]).collect();
        assert_eq!(values.len(), 20);
        values
    }

    #[test]
    fn below_twenty_days_with_demand_nothing_is_an_outlier() {
        let mut values = twenty(&[(19, 10.0)], 100.0);
        assert_eq!(mask_outliers(&mut values.clone()), 1);
        values.remove(0);
        assert_eq!(mask_outliers(&mut values), 0);
    }

    #[test]
    fn the_fence_stands_three_interquartile_ranges_above_the_third_quartile() {
        // Tens lie at 10 / 16 of their neighbours' median, sixteens at 16 / 10: the fence is at 1.6^7 = 26.8.
        let days = [(10, 10.0), (9, 16.0)];
        assert_eq!(mask_outliers(&mut twenty(&days, 260.0)), 0);
        assert_eq!(mask_outliers(&mut twenty(&days, 275.0)), 1);
        // The third quartile of twenty is the fifteenth: without any spread the ratio of two decides.
        let days = [(15, 10.0), (4, 30.0)];
        assert_eq!(mask_outliers(&mut twenty(&days, 400.0)), 5);
        let days = [(18, 10.0), (1, 20.0)];
        assert_eq!(mask_outliers(&mut twenty(&days, 20.1)), 1);
    }

    #[test]
    fn what_is_typical_is_the_median_of_a_weekday_or_of_the_days_around() {
        let weekday = |day: usize| if day.is_multiple_of(7) { 100.0 } else { 10.0 };
        // Five weeks: the third has four neighbours of its weekday, four weeks leave it three.
        let values: Vec<f64> = (0..35).map(weekday).collect();
        assert_eq!(typical(&values, 14), Some(100.0));
        assert_eq!(typical(&values[..28], 14), Some(10.0));
        assert_eq!(typical(&[1.0, 2.0, 9.0, 4.0, 8.0], 2), Some(3.0));
        assert_eq!(typical(&[1.0, 2.0, 9.0, 4.0, 8.0, 7.0], 2), Some(4.0));
        assert_eq!(typical(&[1.0, 2.0, 9.0, 4.0], 2), None);
        assert_eq!(typical(&[1.0, 2.0, 0.0, 4.0, 8.0], 2), None);
    }

    #[test]
    fn names_read_back_and_others_are_refused() {
        let masks =
            ["NONE", "STOCKOUTS", "OUTLIERS", "BOTH"].map(|name| name.parse::<Masks>().unwrap());
        assert_eq!(
            masks,
            [Masks::None, Masks::Stockouts, Masks::Outliers, Masks::Both]
        );
        assert_eq!(masks.map(Masks::outliers), [false, false, true, true]);
        let error = "SOME".parse::<Masks>().unwrap_err();
        assert!(error.to_string().contains("SOME"));
    }

    proptest! {
        #[test]
        fn bridges_lie_within_what_is_known(
            mut values in prop::collection::vec(0.0..1e6_f64, 1..90),
            marks in prop::collection::vec(any::<bool>(), 90),
        ) {
            let hidden = &marks[..values.len()];
            let former = values.clone();
            bridge(&mut values, hidden);
            let largest = former.iter().copied().fold(0.0, f64::max);
            for ((value, former), hidden) in values.iter().zip(&former).zip(hidden) {
                prop_assert!(*hidden || value == former);
                prop_assert!(value >= former && *value <= largest * (1.0 + 1e-12));
            }
        }

        #[test]
        fn masks_scale_with_demand(values in prop::collection::vec(0.0..1e3_f64, 1..90)) {
            let (mut one, mut eight) = (values.clone(), values.iter().map(|v| 8.0 * v).collect::<Vec<_>>());
            prop_assert_eq!(mask_outliers(&mut one), mask_outliers(&mut eight));
            for (one, eight) in one.iter().zip(&eight) {
                // A power of two scales without rounding.
                prop_assert_eq!(8.0 * one, *eight);
            }
        }
    }
}
