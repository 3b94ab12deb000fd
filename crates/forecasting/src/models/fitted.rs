//! Every single model under one name, so that it can be stored and read back.

use super::Model;
use super::combination::Seldom;
use super::drift::Drift;
use super::ets::Ets;
use super::exponential_smoothing::ExponentialSmoothing;
use super::holt::Holt;
use super::holt_winters::HoltWinters;
use super::intermittent::Intermittent;
use super::moving_average::MovingAverage;
use super::mstl::Mstl;
use super::naive::Naive;
use super::seasonal_naive::SeasonalNaive;
use super::theta::Theta;
use serde::{Deserialize, Serialize};

/// A fitted single model. The order of the variants is part of the format of stored states.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)] // each is the model of its name
#[non_exhaustive]
pub enum Fitted {
    Naive(Naive),
    SeasonalNaive(SeasonalNaive),
    MovingAverage(MovingAverage),
    ExponentialSmoothing(ExponentialSmoothing),
    Holt(Holt),
    HoltWinters(HoltWinters),
    Drift(Drift),
    Ets(Ets),
    Theta(Theta),
    Intermittent(Intermittent),
    Mstl(Mstl),
    Seldom(Seldom),
}

impl Fitted {
    /// The model within.
    pub fn model(&self) -> &dyn Model {
        match self {
            Fitted::Naive(model) => model,
            Fitted::SeasonalNaive(model) => model,
            Fitted::MovingAverage(model) => model,
            Fitted::ExponentialSmoothing(model) => model,
            Fitted::Holt(model) => model,
            Fitted::HoltWinters(model) => model,
            Fitted::Drift(model) => model,
            Fitted::Ets(model) => model,
            Fitted::Theta(model) => model,
            Fitted::Intermittent(model) => model,
            Fitted::Mstl(model) => model,
            Fitted::Seldom(model) => model,
        }
    }

    /// The model within, to be updated.
    pub fn model_mut(&mut self) -> &mut dyn Model {
        match self {
            Fitted::Naive(model) => model,
            Fitted::SeasonalNaive(model) => model,
            Fitted::MovingAverage(model) => model,
            Fitted::ExponentialSmoothing(model) => model,
            Fitted::Holt(model) => model,
            Fitted::HoltWinters(model) => model,
            Fitted::Drift(model) => model,
            Fitted::Ets(model) => model,
            Fitted::Theta(model) => model,
            Fitted::Intermittent(model) => model,
            Fitted::Mstl(model) => model,
            Fitted::Seldom(model) => model,
        }
    }

    /// Whether a model read back can be used: lengths that belong together do so, counts leave room
    /// to go on. Numbers may be any, as the result is checked.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Fitted::Naive(model) => model.is_sound(),
            Fitted::SeasonalNaive(model) => model.is_sound(),
            Fitted::MovingAverage(model) => model.is_sound(),
            Fitted::ExponentialSmoothing(model) => model.is_sound(),
            Fitted::Holt(model) => model.is_sound(),
            Fitted::HoltWinters(model) => model.is_sound(),
            Fitted::Drift(model) => model.is_sound(),
            Fitted::Ets(model) => model.is_sound(),
            Fitted::Theta(model) => model.is_sound(),
            Fitted::Intermittent(model) => model.is_sound(),
            Fitted::Mstl(model) => model.is_sound(),
            Fitted::Seldom(model) => model.is_sound(),
        }
    }
}
